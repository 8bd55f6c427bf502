//! Every problem the API can answer with: one table.

use actix_web::http::StatusCode;

macro_rules! catalog {
    ($($status:ident { $($(#[$doc:meta])* $variant:ident = $code:literal, $title:literal;)* })*) => {
        /// What went wrong, as a stable code. The documentation of a variant says what a client can do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $($($(#[$doc])* $variant,)*)* }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$($(Self::$variant,)*)*];

            /// The stable, machine-readable name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $($(Self::$variant => $code,)*)* }
            }

            /// A short sentence for people; the same for every occurrence.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $($(Self::$variant => $title,)*)* }
            }

            /// The HTTP status.
            #[must_use]
            pub const fn status(self) -> StatusCode {
                match self { $($(Self::$variant => StatusCode::$status,)*)* }
            }
        }
    };
}

catalog! {
    BAD_REQUEST {
        /// Send well-formed HTTP.
        MalformedRequest = "malformed_request", "The request is malformed";
        /// Send well-formed JSON.
        MalformedJson = "malformed_json", "The body is not well-formed JSON";
        /// Start the list again, without a cursor.
        InvalidCursor = "invalid_cursor", "The cursor does not belong to this list";
        /// Send the header in its documented form.
        InvalidHeader = "invalid_header", "A header has the wrong form";
        /// Ask for a new mail.
        TokenInvalid = "token_invalid", "The token is not valid, or no longer";
        /// Go to the provider again.
        CodeInvalid = "code_invalid", "The code is not valid, or no longer";
    }
    UNAUTHORIZED {
        /// Sign in, and send the access token.
        Unauthenticated = "unauthenticated", "You are not signed in";
        /// Refresh, and try again.
        AccessTokenInvalid = "access_token_invalid", "The access token is not valid, or no longer";
        /// Make another key; this one is mistyped, was ended, or has expired.
        ApiKeyInvalid = "api_key_invalid", "The API key is not valid, or no longer";
        /// Sign in again.
        SessionEnded = "session_ended", "The session has ended";
        /// Check address and password.
        InvalidCredentials = "invalid_credentials", "The credentials are not valid";
        /// Sign in again, with the password first.
        MfaTokenInvalid = "mfa_token_invalid", "The sign-in cannot go on";
        /// Send the code that the authenticator shows now, or another recovery code.
        MfaCodeInvalid = "mfa_code_invalid", "The code is not valid, or was used before";
        /// Sign in again.
        RefreshTokenInvalid = "refresh_token_invalid", "The refresh token is not valid";
        /// Sign in again; somebody else may have had the token.
        RefreshTokenReused = "refresh_token_reused", "The refresh token was used before";
        /// Sign in again.
        SessionExpired = "session_expired", "The session has expired";
    }
    FORBIDDEN {
        /// Ask the staff.
        AccountSuspended = "account_suspended", "The account is suspended";
        /// Ask the staff.
        SignInRefused = "sign_in_refused", "The account lets nobody in";
        /// Ask for the permission that `detail` names.
        PermissionDenied = "permission_denied", "You may not do this";
        /// Use an API key of another scope, or sign in.
        OutOfScope = "out_of_scope", "The scopes of the API key do not reach this";
        /// Sign in, and send the access token.
        SessionRequired = "session_required", "This takes a session; an API key is not enough";
        /// Use an API key that is not kept to certain scripts, or sign in.
        KeyRestricted = "key_restricted", "The API key is kept to scripts that exist";
        /// Prove once more who you are, at `POST /api/auth/reauthenticate`, and try again.
        ReauthRequired = "reauth_required", "You signed in too long ago for this";
        /// Send the request from a page of ours; browsers say so by `Origin`.
        ForeignOrigin = "foreign_origin", "The request does not come from a page of ours";
        /// Ask the staff.
        RegistrationClosed = "registration_closed", "Nobody can join at the moment";
        /// Send the current password.
        WrongPassword = "wrong_password", "The password is another one";
        /// Send the code that the authenticator shows now, or another recovery code.
        WrongCode = "wrong_code", "The code is another one, or was used before";
        /// Confirm your address by the mail we sent.
        EmailNotVerified = "email_not_verified", "Your address is not confirmed";
        /// Ask somebody who holds at least the same permissions.
        StandsAboveYou = "stands_above_you", "The account may do what you may not";
        /// Ask somebody who holds the permissions that `detail` names.
        BeyondYourPermissions = "beyond_your_permissions", "This reaches what you may not do";
        /// Ask the owner.
        NotYours = "not_yours", "This belongs to somebody else";
    }
    NOT_FOUND {
        /// Check the address; what you may not see is not there.
        NotFound = "not_found", "There is no such thing";
    }
    METHOD_NOT_ALLOWED {
        /// Use a method that `Allow` names.
        MethodNotAllowed = "method_not_allowed", "The method is not allowed here";
    }
    REQUEST_TIMEOUT {
        /// Send the body faster.
        RequestTimeout = "request_timeout", "The body took too long to arrive";
    }
    CONFLICT {
        /// Sign in, or use another address.
        EmailTaken = "email_taken", "The address is taken";
        /// Choose another name.
        UsernameTaken = "username_taken", "The user name is taken";
        /// Give the second factor up first.
        MfaAlreadyEnabled = "mfa_already_enabled", "A second factor is in force";
        /// Set a second factor up first.
        MfaNotPending = "mfa_not_pending", "No second factor waits to be confirmed";
        /// Look at the account; the act is for another state.
        WrongState = "wrong_state", "The account is in another state";
        /// Ask somebody else.
        OwnAccount = "own_account", "This is your own account";
        /// Make somebody else an administrator first.
        LastAdmin = "last_admin", "Nobody else administers the platform";
        /// Sign in to the other account, and unlink it there.
        IdentityTaken = "identity_taken", "Another account has this identity";
        /// Unlink the other identity first.
        ProviderTaken = "provider_already_linked", "Another identity of this provider is linked";
        /// Set a password or link another provider first.
        LastSignInWay = "last_sign_in_way", "It is the last way to sign in";
        /// Choose another name.
        NameTaken = "name_taken", "The name is taken";
        /// Delete one that is not needed first.
        TooMany = "too_many", "There are as many as there can be";
        /// Leave it; the platform cannot do without it.
        BuiltIn = "built_in", "This is a part of the platform";
        /// Say by `reassign_to` what its holders get instead.
        RoleInUse = "role_in_use", "Accounts hold the role";
        /// Choose another slug.
        SlugTaken = "slug_taken", "You have another script of this slug";
        /// Choose another label.
        LabelTaken = "label_taken", "Another version has this label";
        /// Come back after `Retry-After`.
        Contended = "contended", "Others are changing the same thing";
        /// Come back after `Retry-After` with the same key.
        RequestInProgress = "request_in_progress", "The same request is being worked on";
    }
    GONE {
        /// Nothing; the digest of the version stays.
        ContentErased = "content_erased", "The content was erased";
    }
    PRECONDITION_FAILED {
        /// Read it again, and repeat the change on what is there now.
        PreconditionFailed = "precondition_failed", "It has changed since you read it";
    }
    PAYLOAD_TOO_LARGE {
        /// Send less.
        PayloadTooLarge = "payload_too_large", "The body is too large";
    }
    UNSUPPORTED_MEDIA_TYPE {
        /// Send `application/json` in UTF-8, uncompressed; a picture as what it is.
        UnsupportedMediaType = "unsupported_media_type", "The body is of a type that is not read here";
    }
    UNPROCESSABLE_ENTITY {
        /// Correct the fields that `errors` names.
        ValidationFailed = "validation_failed", "Some fields are not valid";
        /// Choose a password that is harder to guess; `errors` says how.
        WeakPassword = "weak_password", "The password is too easy to guess";
        /// Use a new key for another request.
        IdempotencyKeyReused = "idempotency_key_reused", "The key belongs to another request";
    }
    PRECONDITION_REQUIRED {
        /// Send `If-Match` with the `ETag` you have read.
        PreconditionRequired = "precondition_required", "If-Match is missing";
    }
    TOO_MANY_REQUESTS {
        /// Come back after `Retry-After`.
        RateLimited = "rate_limited", "Too many requests";
    }
    INTERNAL_SERVER_ERROR {
        /// Tell us the `request_id`.
        Internal = "internal_error", "Something went wrong on our side";
    }
    SERVICE_UNAVAILABLE {
        /// Come back after `Retry-After`.
        Unavailable = "unavailable", "A part of us is not available";
        /// Come back after `Retry-After`, or sign in another way.
        ProviderUnavailable = "provider_unavailable", "The provider is not available";
        /// Come back after `Retry-After`.
        Overloaded = "overloaded", "We have more to do than we can";
        /// Repeat with the same `Idempotency-Key`, or look whether it was done.
        UnknownOutcome = "unknown_outcome", "It is not known whether this was done";
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_code_has_a_name_of_its_own() {
        let names: HashSet<_> = Code::ALL.iter().map(|code| code.name()).collect();
        assert_eq!(names.len(), Code::ALL.len());
    }

    #[test]
    fn our_own_failures_are_never_the_callers() {
        for code in [
            Code::Internal,
            Code::Unavailable,
            Code::ProviderUnavailable,
            Code::Overloaded,
            Code::UnknownOutcome,
        ] {
            assert!(code.status().is_server_error());
        }
    }
}
