// An OpenID provider (npm oidc-provider) that signs in whoever the test says, without asking anybody.
//
//   node provider.mjs CALLBACK…     prints its issuer in one line, and lives until its standard input ends
//   PUT /test/person {sub, …}       says who signs in next, with these claims
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const people = new Map();
let current = 'nobody';

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'scripthub', client_secret: 'a secret of the test', redirect_uris: process.argv.slice(2) }],
    pkce: { methods: ['S256'], required: () => true },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username'] },
    cookies: { keys: ['a key of the test'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, ...people.get(sub) }) }),
    ttl: { Session: 3600, Grant: 3600, Interaction: 3600, AccessToken: 3600, IdToken: 3600, AuthorizationCode: 60 },
  });
  const answer = provider.callback();
  server.on('request', async (request, response) => {
    if (request.url === '/test/person') {
      let body = '';
      for await (const chunk of request) body += chunk;
      const { sub, ...claims } = JSON.parse(body);
      people.set(sub, claims);
      current = sub;
      response.writeHead(204).end();
    } else if (request.url.startsWith('/interaction/')) {
      const { params } = await provider.interactionDetails(request, response);
      const grant = new provider.Grant({ accountId: current, clientId: params.client_id });
      grant.addOIDCScope(params.scope);
      const result = { login: { accountId: current, remember: false }, consent: { grantId: await grant.save() } };
      await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
    } else {
      answer(request, response);
    }
  });
  console.log(issuer);
});
process.stdin.on('end', () => process.exit(0)).resume();
