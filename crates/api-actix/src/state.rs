//! Everything a handler can reach: use cases, and what only the HTTP door needs.

use std::net::IpAddr;
use std::sync::Arc;

use actix_web::HttpRequest;

use application::access::authenticate::Authenticate;
use application::access::edit::EditAccess;
use application::access::read::ReadAccess;
use application::accounts::avatar::AvatarPages;
use application::accounts::change_email::ChangeEmail;
use application::accounts::change_password::ChangePassword;
use application::accounts::confirm_email_change::ConfirmEmailChange;
use application::accounts::delete::DeleteAccount;
use application::accounts::export::ExportAccount;
use application::accounts::forgot_password::ForgotPassword;
use application::accounts::guess_budget::GuessBudget;
use application::accounts::lock_down::LockDown;
use application::accounts::profile::ProfilePages;
use application::accounts::register::Register;
use application::accounts::resend_verification::ResendVerification;
use application::accounts::reset_password::ResetPassword;
use application::accounts::restore::RestoreAccount;
use application::accounts::verify_email::VerifyEmail;
use application::api_keys::issue::IssueApiKey;
use application::api_keys::list::ListApiKeys;
use application::api_keys::revoke::RevokeApiKey;
use application::audit::decisions::NoteDecisions;
use application::audit::export_log::ExportAuditLog;
use application::audit::read_log::ReadAuditLog;
use application::audit::read_timeline::ReadTimeline;
use application::providers::begin::BeginProviderFlow;
use application::providers::confirm_link::ConfirmLink;
use application::providers::exchange::ExchangeCode;
use application::providers::finish::FinishProviderFlow;
use application::providers::unlink::UnlinkProvider;
use application::providers::ways::ListWays;
use application::scripts::add_version::AddVersion;
use application::scripts::amend::AmendScript;
use application::scripts::delete::DeleteScript;
use application::scripts::list::ListScripts;
use application::scripts::publish::PublishScript;
use application::scripts::read::ReadScript;
use application::scripts::read_versions::ReadVersions;
use application::scripts::restore::RestoreScript;
use application::second_factor::confirm::ConfirmSecondFactor;
use application::second_factor::enrol::EnrolSecondFactor;
use application::second_factor::remove::RemoveSecondFactor;
use application::sessions::complete_sign_in::CompleteSignIn;
use application::sessions::list::ListSessions;
use application::sessions::reauthenticate::Reauthenticate;
use application::sessions::refresh::RefreshSession;
use application::sessions::revoke::RevokeSessions;
use application::sessions::sign_in::SignIn;
use application::staff::act_on_account::ActOnAccount;
use application::staff::read_accounts::ReadAccounts;
use domain::access::actor::SessionActor;
use domain::id::UserId;
use domain::port::access_tokens::AccessTokens;
use domain::port::clock::Clock;
use domain::port::ids::Ids;
use domain::port::seals::Seals;

use crate::client_ip::ClientAddresses;
use crate::health::Health;
use crate::limits::Limits;
use crate::problem::Problem;

/// The state of the server, shared by all its threads.
pub struct Api {
    /// From an access token to an actor.
    pub authenticate: Authenticate,
    /// Joining.
    pub register: Register,
    /// Signing in.
    pub sign_in: SignIn,
    /// Signing in, the second half.
    pub complete_sign_in: CompleteSignIn,
    /// Staying signed in.
    pub refresh: RefreshSession,
    /// Where somebody is signed in.
    pub list_sessions: ListSessions,
    /// Signing out.
    pub revoke_sessions: RevokeSessions,
    /// Confirming an address.
    pub verify_email: VerifyEmail,
    /// Another mail to confirm by.
    pub resend_verification: ResendVerification,
    /// A mail to set a new password by.
    pub forgot_password: ForgotPassword,
    /// A new password by a token out of a mail.
    pub reset_password: ResetPassword,
    /// A new password by the current one.
    pub change_password: ChangePassword,
    /// Asking for another address.
    pub change_email: ChangeEmail,
    /// Confirming it.
    pub confirm_email_change: ConfirmEmailChange,
    /// "This was not me".
    pub lock_down: LockDown,
    /// Under which name guesses at an account are counted.
    pub guess_budget: GuessBudget,
    /// Proving once more who one is.
    pub reauthenticate: Reauthenticate,
    /// Setting a second factor up.
    pub enrol_second_factor: EnrolSecondFactor,
    /// Bringing it into force.
    pub confirm_second_factor: ConfirmSecondFactor,
    /// Giving it up.
    pub remove_second_factor: RemoveSecondFactor,
    /// Going to a provider.
    pub begin_provider_flow: BeginProviderFlow,
    /// Coming back from one.
    pub finish_provider_flow: FinishProviderFlow,
    /// Tokens for what was shown there.
    pub exchange_code: ExchangeCode,
    /// Confirming that an account and an identity are of one person.
    pub confirm_link: ConfirmLink,
    /// The ways to sign in.
    pub list_ways: ListWays,
    /// One way to sign in less.
    pub unlink_provider: UnlinkProvider,
    /// Leaving.
    pub delete_account: DeleteAccount,
    /// Coming back.
    pub restore_account: RestoreAccount,
    /// Making an API key.
    pub issue_api_key: IssueApiKey,
    /// One's own API keys.
    pub list_api_keys: ListApiKeys,
    /// Ending one.
    pub revoke_api_key: RevokeApiKey,
    /// Own and public profiles.
    pub profiles: ProfilePages,
    /// One's own security timeline.
    pub read_timeline: ReadTimeline,
    /// The audit log, for staff.
    pub read_audit_log: ReadAuditLog,
    /// Exporting the audit log.
    pub export_audit_log: ExportAuditLog,
    /// Writing down what was refused and what was allowed.
    pub note_decisions: NoteDecisions,
    /// Looking accounts up, for staff.
    pub read_accounts: ReadAccounts,
    /// What staff does to accounts.
    pub act_on_account: ActOnAccount,
    /// Looking at roles and permissions, and why somebody may do something.
    pub read_access: ReadAccess,
    /// Changing roles, permissions and who holds them.
    pub edit_access: EditAccess,
    /// Scripts and their versions.
    pub scripts: Scripts,
    /// Hands people everything about them.
    pub export_account: ExportAccount,
    /// Pictures of people.
    pub avatars: AvatarPages,
    /// Knows the public keys.
    pub access_tokens: Arc<dyn AccessTokens>,
    /// Seals cursors.
    pub seals: Arc<dyn Seals>,
    /// Makes request ids.
    pub ids: Arc<dyn Ids>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Counts what clients do.
    pub limits: Limits,
    /// Knows our proxies.
    pub addresses: ClientAddresses,
    /// Knows how the parts are.
    pub health: Health,
    /// Where the frontend is, without a slash at the end.
    pub frontend_url: String,
    /// The origins of our pages: those that may use the cookie of a refresh token.
    pub pages: Vec<String>,
    /// Whether clients reach us by HTTPS only, and are told to keep it so.
    pub https_only: bool,
}

/// What can be done with scripts and their versions.
pub struct Scripts {
    /// Publishing scripts.
    pub publish: PublishScript,
    /// Reading a script.
    pub read: ReadScript,
    /// Listing scripts.
    pub list: ListScripts,
    /// Changing a script.
    pub amend: AmendScript,
    /// Deleting a script.
    pub delete: DeleteScript,
    /// Restoring a script.
    pub restore: RestoreScript,
    /// Adding a version.
    pub add_version: AddVersion,
    /// Reading versions.
    pub read_versions: ReadVersions,
}

impl Api {
    /// Counts a try of the password or a code of somebody who is signed in: as the same account as when they sign in, so that every
    /// door takes from one budget.
    ///
    /// # Errors
    /// [`Code::RateLimited`](crate::problem::Code::RateLimited), or an outage: a guess that cannot be counted is not taken.
    pub async fn count_own_guess(
        &self,
        request: &HttpRequest,
        by: &SessionActor,
    ) -> Result<(), Problem> {
        self.count_guess(request, by.origin().ip, by.user()).await
    }

    /// Counts a try of a code of an account that is known already.
    ///
    /// # Errors
    /// As [`count_own_guess`](Self::count_own_guess).
    pub async fn count_guess(
        &self,
        request: &HttpRequest,
        ip: Option<IpAddr>,
        user: UserId,
    ) -> Result<(), Problem> {
        let account = self.guess_budget.of(user).await?;
        self.limits.credentials(request, ip, &account).await
    }
}
