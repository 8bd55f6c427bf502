//! What servers of tests are told.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use super::server::PROGRAM;

/// Environment variables of a server; nothing of our own environment but what every program needs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings(BTreeMap<String, String>);

impl Settings {
    /// What every platform is told that lives in this folder.
    pub(super) fn of(folder: &Path) -> Self {
        let keys = folder.join("keys");
        let mut generate = Command::new(PROGRAM);
        generate.args(["keys", "generate", "--dir"]).arg(&keys);
        let made = generate.output().expect("the program can be started");
        assert!(made.status.success(), "keys cannot be made: {made:?}");
        let mut settings = Self::default();
        for (name, value) in [
            (
                "SECRET_KEY_FILE",
                keys.join("secret_key").display().to_string(),
            ),
            ("JWT_KEYS_DIR", keys.join("jwt").display().to_string()),
            (
                "MAIL_URL",
                format!("file://{}", folder.join("mail").display()),
            ),
            (
                "STORAGE_URL",
                format!("file://{}", folder.join("storage").display()),
            ),
            ("PUBLIC_BASE_URL", "http://scripthub.test".to_owned()),
            ("TRUSTED_PROXIES", "127.0.0.1/32".to_owned()),
            ("BCRYPT_COST", "4".to_owned()),
            ("LOG_FORMAT", "json".to_owned()),
        ] {
            settings.set(name, value);
        }
        settings
    }

    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.insert(name.to_owned(), value.into());
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The program with these settings.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(PROGRAM);
        command.env_clear();
        let needed = ["PATH", "HOME", "TMPDIR", "LLVM_PROFILE_FILE"];
        for name in needed {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.envs(&self.0);
        command
    }
}
