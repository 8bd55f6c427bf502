//! The HTTP server: what stands around the routes, how it listens, and how it stops.

use std::collections::BTreeSet;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ResourceDef, Server, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::{App, Error, HttpRequest, HttpResponse, HttpServer, web};
use bytes::Bytes;
use utoipa_actix_web::AppExt;

use crate::middleware::cors::cors;
use crate::middleware::{PublicAnswers, envelope, gate, public_answers};
use crate::openapi;
use crate::problem::{Code, Problem};
use crate::routes;
use crate::routes::system::{Documents, docs_index, swagger_ui};
use crate::state::Api;

/// A client has to send its headers within this time.
const HEADERS: Duration = Duration::from_secs(10);
/// An idle connection is closed after this time: a little later than proxies usually do.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// What every worker of the server shares.
#[derive(Clone)]
pub struct Site {
    /// The state.
    pub api: web::Data<Api>,
    /// The OpenAPI document.
    documents: Documents,
    /// Who may call from a browser.
    origins: Arc<[String]>,
    /// The paths of the document, for telling 405 from 404.
    paths: web::Data<KnownPaths>,
    /// What was answered a moment ago.
    answers: web::Data<PublicAnswers>,
}

impl Site {
    /// The site of this state.
    ///
    /// # Errors
    /// If the OpenAPI document cannot be written.
    pub fn new(api: Arc<Api>, origins: &[String]) -> Result<Self, serde_json::Error> {
        Ok(Self {
            api: web::Data::from(api),
            documents: Documents {
                openapi: Bytes::from(openapi::json()?),
            },
            origins: origins.into(),
            paths: web::Data::new(KnownPaths::of_document()),
            answers: web::Data::new(PublicAnswers::default()),
        })
    }

    /// Every route and everything that stands around them, the envelope outermost.
    #[must_use]
    pub fn app(
        &self,
    ) -> App<
        impl ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<impl MessageBody + use<>>,
            Error = Error,
            InitError = (),
        > + use<>,
    > {
        let (app, _document) = App::new()
            .into_utoipa_app()
            .configure(routes::configure)
            .split_for_parts();
        app.app_data(self.api.clone())
            .app_data(web::Data::new(self.documents.clone()))
            .app_data(self.paths.clone())
            .app_data(self.answers.clone())
            .route("/docs", web::get().to(docs_index))
            .route("/docs/", web::get().to(docs_index))
            .service(swagger_ui())
            .default_service(web::to(unmatched))
            .wrap(from_fn(public_answers))
            .wrap(from_fn(gate))
            .wrap(cors(&self.origins))
            .wrap(from_fn(envelope))
    }
}

/// The paths that the document knows, with their methods.
pub struct KnownPaths(Vec<KnownPath>);

struct KnownPath {
    pattern: ResourceDef,
    /// How much of it is open.
    places: usize,
    methods: Vec<&'static str>,
}

impl KnownPaths {
    fn of_document() -> Self {
        let paths = openapi::methods().into_iter();
        Self(
            paths
                .map(|(path, methods)| KnownPath {
                    places: path.matches('{').count(),
                    pattern: ResourceDef::new(path),
                    methods,
                })
                .collect(),
        )
    }

    /// The methods of the closest patterns that fit, for `Allow`; empty for a path that nothing fits. Whatever can be got can
    /// be asked for its head.
    fn methods_of(&self, path: &str) -> BTreeSet<&'static str> {
        let fitting = || self.0.iter().filter(|known| known.pattern.is_match(path));
        let places = fitting().map(|known| known.places).min();
        let closest = fitting().filter(|known| Some(known.places) == places);
        let mut methods: BTreeSet<_> = closest.flat_map(|known| &known.methods).copied().collect();
        if methods.contains("GET") {
            methods.insert("HEAD");
        }
        methods
    }
}

/// No route of this path and method: 405 where other methods are known, else 404.
async fn unmatched(
    request: HttpRequest,
    paths: web::Data<KnownPaths>,
) -> Result<HttpResponse, Problem> {
    let methods: Vec<_> = paths.methods_of(request.path()).into_iter().collect();
    // A known method whose route did not want this path: what the path names is not there.
    if methods.is_empty() || methods.contains(&request.method().as_str()) {
        Err(Problem::new(Code::NotFound))
    } else {
        Err(Problem::new(Code::MethodNotAllowed).allowing(methods.join(", ")))
    }
}

/// A server of the site at `address`. It ends when it is told to, and gives requests `grace` to end.
///
/// # Errors
/// If the address cannot be listened on.
pub fn serve(site: Site, address: SocketAddr, grace: Duration) -> io::Result<Server> {
    let server = HttpServer::new(move || site.app())
        .client_request_timeout(HEADERS)
        .client_disconnect_timeout(Duration::from_secs(1))
        .keep_alive(KEEP_ALIVE)
        .shutdown_timeout(grace.as_secs())
        .disable_signals()
        .bind(address)?
        .run();
    Ok(server)
}
