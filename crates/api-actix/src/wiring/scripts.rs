//! Scripts and their versions.

use application::scripts::add_version::AddVersion;
use application::scripts::amend::AmendScript;
use application::scripts::delete::DeleteScript;
use application::scripts::list::ListScripts;
use application::scripts::publish::PublishScript;
use application::scripts::read::ReadScript;
use application::scripts::read_versions::ReadVersions;
use application::scripts::restore::RestoreScript;

use super::adapters::Adapters;
use crate::state::Scripts;

pub(super) fn all(adapters: &Adapters) -> Scripts {
    Scripts {
        publish: publish(adapters),
        read: read_script(adapters),
        list: list_scripts(adapters),
        amend: amend_script(adapters),
        delete: delete_script(adapters),
        restore: restore_script(adapters),
        add_version: add_version(adapters),
        read_versions: read_versions(adapters),
    }
}

fn publish(adapters: &Adapters) -> PublishScript {
    PublishScript {
        scripts: adapters.scripts.clone(),
        accounts: adapters.accounts.clone(),
        replies: adapters.records.clone(),
        packer: adapters.packer.clone(),
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    }
}

fn read_script(adapters: &Adapters) -> ReadScript {
    ReadScript {
        scripts: adapters.scripts.clone(),
    }
}

fn list_scripts(adapters: &Adapters) -> ListScripts {
    ListScripts {
        scripts: adapters.scripts.clone(),
        profiles: adapters.profiles.clone(),
    }
}

fn amend_script(adapters: &Adapters) -> AmendScript {
    AmendScript {
        scripts: adapters.scripts.clone(),
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    }
}

fn delete_script(adapters: &Adapters) -> DeleteScript {
    DeleteScript {
        scripts: adapters.scripts.clone(),
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    }
}

fn restore_script(adapters: &Adapters) -> RestoreScript {
    RestoreScript {
        scripts: adapters.scripts.clone(),
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    }
}

fn add_version(adapters: &Adapters) -> AddVersion {
    AddVersion {
        scripts: adapters.scripts.clone(),
        replies: adapters.records.clone(),
        packer: adapters.packer.clone(),
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    }
}

fn read_versions(adapters: &Adapters) -> ReadVersions {
    ReadVersions {
        scripts: adapters.scripts.clone(),
        packer: adapters.packer.clone(),
    }
}
