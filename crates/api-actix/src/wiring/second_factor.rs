//! The use cases of the second factor over the adapters.

use application::second_factor::FactorCheck;
use application::second_factor::confirm::ConfirmSecondFactor;
use application::second_factor::enrol::EnrolSecondFactor;
use application::second_factor::remove::RemoveSecondFactor;

use super::adapters::Adapters;

pub(super) fn check(adapters: &Adapters) -> FactorCheck {
    FactorCheck {
        second_factors: adapters.second_factors.clone(),
        sealer: adapters.sealer.clone(),
        one_time_passwords: adapters.one_time_passwords.clone(),
        recovery_codes: adapters.recovery_codes.clone(),
    }
}

pub(super) fn enrol(adapters: &Adapters) -> EnrolSecondFactor {
    EnrolSecondFactor {
        factors: check(adapters),
        accounts: adapters.accounts.clone(),
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    }
}

pub(super) fn confirm(adapters: &Adapters) -> ConfirmSecondFactor {
    ConfirmSecondFactor {
        factors: check(adapters),
        audit: adapters.records.clone(),
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    }
}

pub(super) fn remove(adapters: &Adapters) -> RemoveSecondFactor {
    RemoveSecondFactor {
        second_factors: adapters.second_factors.clone(),
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    }
}
