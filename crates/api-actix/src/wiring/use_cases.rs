//! The use cases over the adapters.

use std::sync::Arc;

use application::access::authenticate::Authenticate;
use application::accounts::change_password::ChangePassword;
use application::accounts::create_admin::CreateAdmin;
use application::accounts::forgot_password::ForgotPassword;
use application::accounts::profile::ProfilePages;
use application::accounts::register::Register;
use application::accounts::resend_verification::ResendVerification;
use application::accounts::reset_password::ResetPassword;
use application::accounts::verify_email::VerifyEmail;
use application::jobs::send_mail::SendMail;
use application::jobs::worker::Worker;
use application::sessions::complete_sign_in::CompleteSignIn;
use application::sessions::door::Door;
use application::sessions::issue::TokenIssuer;
use application::sessions::list::ListSessions;
use application::sessions::reauthenticate::Reauthenticate;
use application::sessions::refresh::RefreshSession;
use application::sessions::revoke::RevokeSessions;
use application::sessions::sign_in::SignIn;
use domain::outage::Dependency;
use domain::port::probe::Probe;

use super::adapters::Adapters;
use super::{access, api_keys, audit, own_account, providers, scripts, second_factor, staff};
use crate::client_ip::ClientAddresses;
use crate::config::Config;
use crate::health::{Health, PartView};
use crate::limits::Limits;
use crate::state::Api;

pub(super) fn api(adapters: &Adapters, config: &Config) -> Api {
    let issuer = issuer(adapters, config);
    let door = door(adapters, issuer.clone());
    Api {
        authenticate: authenticate(adapters),
        register: register(adapters, config, issuer.clone()),
        sign_in: sign_in(adapters, door.clone()),
        complete_sign_in: complete_sign_in(adapters, issuer.clone()),
        refresh: refresh(adapters, issuer.clone()),
        list_sessions: list_sessions(adapters),
        revoke_sessions: revoke_sessions(adapters),
        verify_email: verify_email(adapters),
        resend_verification: resend_verification(adapters),
        forgot_password: forgot_password(adapters),
        reset_password: reset_password(adapters),
        change_password: change_password(adapters),
        enrol_second_factor: second_factor::enrol(adapters),
        confirm_second_factor: second_factor::confirm(adapters),
        remove_second_factor: second_factor::remove(adapters),
        reauthenticate: reauthenticate(adapters, issuer),
        begin_provider_flow: providers::begin(adapters),
        finish_provider_flow: providers::finish(adapters, config),
        exchange_code: providers::exchange(adapters, door.clone()),
        confirm_link: providers::confirm_link(adapters, door),
        list_ways: providers::list_ways(adapters),
        unlink_provider: providers::unlink(adapters),
        delete_account: own_account::delete_account(adapters),
        restore_account: own_account::restore_account(adapters),
        read_timeline: audit::read_timeline(adapters),
        read_audit_log: audit::read_log(adapters),
        export_audit_log: audit::export_log(adapters),
        note_decisions: audit::note_decisions(adapters, config),
        read_accounts: staff::read_accounts(adapters),
        act_on_account: staff::act_on_account(adapters),
        read_access: access::read(adapters),
        edit_access: access::edit(adapters),
        change_email: own_account::change_email(adapters),
        confirm_email_change: own_account::confirm_email_change(adapters),
        lock_down: own_account::lock_down(adapters),
        guess_budget: own_account::guess_budget(adapters),
        issue_api_key: api_keys::issue(adapters),
        list_api_keys: api_keys::list(adapters),
        revoke_api_key: api_keys::revoke(adapters),
        profiles: profiles(adapters),
        scripts: scripts::all(adapters),
        export_account: own_account::export(adapters),
        avatars: own_account::avatars(adapters),
        access_tokens: adapters.verifier(),
        seals: adapters.seals.clone(),
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
        limits: limits(adapters, config),
        addresses: ClientAddresses::trusting(config.trusted_proxies.clone()),
        health: health(adapters),
        frontend_url: config.frontend_url.clone(),
        pages: config.pages(),
        https_only: config.https_only(),
    }
}

fn limits(adapters: &Adapters, config: &Config) -> Limits {
    Limits {
        limiter: adapters.limiter.clone(),
        quotas: config.quotas,
    }
}

fn issuer(adapters: &Adapters, config: &Config) -> TokenIssuer {
    TokenIssuer {
        access: adapters.verifier(),
        refresh: adapters.refresh_tokens.clone(),
        lifetimes: config.lifetimes,
    }
}

fn authenticate(adapters: &Adapters) -> Authenticate {
    Authenticate {
        tokens: adapters.verifier(),
        standings: adapters.standings.clone(),
        uses: adapters.uses.clone(),
        key_texts: adapters.key_texts.clone(),
        key_standings: adapters.key_standings.clone(),
        clock: adapters.clock.clone(),
    }
}

fn register(adapters: &Adapters, config: &Config, issuer: TokenIssuer) -> Register {
    Register {
        mode: config.registration,
        accounts: adapters.accounts.clone(),
        strength: adapters.strength.clone(),
        passwords: adapters.passwords.clone(),
        hot: adapters.hot.clone(),
        issuer,
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    }
}

fn list_sessions(adapters: &Adapters) -> ListSessions {
    ListSessions {
        sessions: adapters.sessions.clone(),
        clock: adapters.clock.clone(),
    }
}

fn revoke_sessions(adapters: &Adapters) -> RevokeSessions {
    RevokeSessions {
        sessions: adapters.sessions.clone(),
        hot: adapters.hot.clone(),
        announcements: adapters.announcements.clone(),
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    }
}

fn verify_email(adapters: &Adapters) -> VerifyEmail {
    VerifyEmail {
        codec: adapters.token_codec.clone(),
        tokens: adapters.one_time_tokens.clone(),
        accounts: adapters.accounts.clone(),
        announcements: adapters.announcements.clone(),
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    }
}

fn resend_verification(adapters: &Adapters) -> ResendVerification {
    ResendVerification {
        accounts: adapters.accounts.clone(),
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    }
}

fn forgot_password(adapters: &Adapters) -> ForgotPassword {
    ForgotPassword {
        accounts: adapters.accounts.clone(),
        audit: adapters.records.clone(),
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    }
}

fn reset_password(adapters: &Adapters) -> ResetPassword {
    ResetPassword {
        codec: adapters.token_codec.clone(),
        tokens: adapters.one_time_tokens.clone(),
        accounts: adapters.accounts.clone(),
        strength: adapters.strength.clone(),
        passwords: adapters.passwords.clone(),
        hot: adapters.hot.clone(),
        announcements: adapters.announcements.clone(),
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    }
}

fn change_password(adapters: &Adapters) -> ChangePassword {
    ChangePassword {
        accounts: adapters.accounts.clone(),
        strength: adapters.strength.clone(),
        passwords: adapters.passwords.clone(),
        audit: adapters.records.clone(),
        hot: adapters.hot.clone(),
        announcements: adapters.announcements.clone(),
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    }
}

fn reauthenticate(adapters: &Adapters, issuer: TokenIssuer) -> Reauthenticate {
    Reauthenticate {
        accounts: adapters.accounts.clone(),
        passwords: adapters.passwords.clone(),
        factors: second_factor::check(adapters),
        sessions: adapters.sessions.clone(),
        audit: adapters.records.clone(),
        issuer,
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    }
}

fn profiles(adapters: &Adapters) -> ProfilePages {
    ProfilePages {
        accounts: adapters.accounts.clone(),
        profiles: adapters.profiles.clone(),
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    }
}

fn sign_in(adapters: &Adapters, door: Door) -> SignIn {
    SignIn {
        accounts: adapters.accounts.clone(),
        passwords: adapters.passwords.clone(),
        audit: adapters.records.clone(),
        door,
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    }
}

fn door(adapters: &Adapters, issuer: TokenIssuer) -> Door {
    Door {
        second_factors: adapters.second_factors.clone(),
        codec: adapters.token_codec.clone(),
        sessions: adapters.sessions.clone(),
        hot: adapters.hot.clone(),
        announcements: adapters.announcements.clone(),
        issuer,
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    }
}

fn complete_sign_in(adapters: &Adapters, issuer: TokenIssuer) -> CompleteSignIn {
    CompleteSignIn {
        sessions: adapters.sessions.clone(),
        codec: adapters.token_codec.clone(),
        tokens: adapters.one_time_tokens.clone(),
        accounts: adapters.accounts.clone(),
        factors: second_factor::check(adapters),
        hot: adapters.hot.clone(),
        audit: adapters.records.clone(),
        announcements: adapters.announcements.clone(),
        issuer,
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    }
}

fn refresh(adapters: &Adapters, issuer: TokenIssuer) -> RefreshSession {
    RefreshSession {
        tokens: adapters.refresh_tokens.clone(),
        sessions: adapters.sessions.clone(),
        hot: adapters.hot.clone(),
        announcements: adapters.announcements.clone(),
        issuer,
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    }
}

fn health(adapters: &Adapters) -> Health {
    let mut probes: Vec<Arc<dyn Probe>> = vec![adapters.records.clone(), adapters.objects.clone()];
    let mut notes = Vec::new();
    match &adapters.redis {
        Some(redis) => probes.push(Arc::new(redis.clone())),
        None => notes.push(PartView {
            name: Dependency::Redis.name(),
            state: "unset",
            latency_ms: None,
            mode: Some("one node: PostgreSQL and this process do its work"),
        }),
    }
    Health::new(probes, notes)
}

pub(super) fn worker(adapters: &Adapters, config: &Config) -> Worker {
    Worker {
        jobs: adapters.jobs.clone(),
        send_mail: SendMail {
            accounts: adapters.accounts.clone(),
            tokens: adapters.one_time_tokens.clone(),
            codec: adapters.token_codec.clone(),
            mailer: adapters.mailer.clone(),
            pages: config.frontend_url.clone(),
            clock: adapters.clock.clone(),
        },
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    }
}

pub(super) fn create_admin(adapters: &Adapters) -> CreateAdmin {
    CreateAdmin {
        accounts: adapters.accounts.clone(),
        passwords: adapters.passwords.clone(),
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    }
}
