//! Where settings come from: the environment, `NAME_FILE`, and a TOML file; the first that says something wins.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::ConfigError;

/// What names of environment variables nobody but us begins with. Such a variable that we do not know is a mistake of
/// the operator; others may belong to anybody.
const OURS: [&str; 9] = [
    "ACCESS_TOKEN_",
    "BCRYPT_",
    "CORS_ALLOWED_",
    "JWT_",
    "OAUTH_",
    "OIDC_",
    "RATE_LIMIT_",
    "REFRESH_",
    "SECRET_KEY",
];

/// The settings as texts, each read at most once; what was never asked for is unknown.
#[derive(Debug)]
pub(super) struct Source {
    environment: BTreeMap<String, String>,
    file: Option<(PathBuf, BTreeMap<String, String>)>,
    known: BTreeSet<String>,
}

impl Source {
    /// The environment over a file. Without a `path`, `scripthub.toml` in the working directory is read if it is there.
    pub(super) fn open(
        environment: impl IntoIterator<Item = (String, String)>,
        path: Option<&Path>,
    ) -> Result<Self, ConfigError> {
        let usual = Path::new("scripthub.toml");
        let path = path.or_else(|| usual.exists().then_some(usual));
        let file = path
            .map(|path| read_file(path).map(|values| (path.to_owned(), values)))
            .transpose()?;
        let environment = environment
            .into_iter()
            // An empty variable is how many tools say "not set".
            .filter(|(_, value)| !value.is_empty())
            .collect();
        Ok(Self {
            environment,
            file,
            known: BTreeSet::new(),
        })
    }

    /// The text of a setting.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        self.known.insert(name.to_owned());
        let from_file = || self.file.as_ref()?.1.get(name).cloned();
        self.environment.get(name).cloned().or_else(from_file)
    }

    /// The text of a setting that may also lie in a file which `NAME_FILE` names; the end of its last line is cut off.
    pub(super) fn secret(
        &mut self,
        name: &str,
        file_name: &str,
    ) -> Result<Option<String>, ConfigError> {
        let (inline, path) = (self.text(name), self.text(file_name));
        match (inline, path) {
            (Some(_), Some(_)) => Err(ConfigError::new(
                name,
                format!("is given twice: {name} and {file_name}"),
            )),
            (None, Some(path)) => match fs::read_to_string(&path) {
                Ok(text) => Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned())),
                Err(error) => Err(ConfigError::new(file_name, format!("{path}: {error}"))),
            },
            (inline, None) => Ok(inline),
        }
    }

    /// The names of all settings that are there, asked for or not.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let in_file = self.file.iter().flat_map(|(_, values)| values.keys());
        self.environment.keys().chain(in_file).map(String::as_str)
    }

    /// Fails on settings that nobody asked for.
    pub(super) fn finish(self) -> Result<(), ConfigError> {
        let unknown_in_file = self.file.iter().flat_map(|(path, values)| {
            let unknown = values.keys().filter(|name| !self.known.contains(*name));
            unknown.map(move |name| (name, format!("is not a setting ({})", path.display())))
        });
        let unknown_outside = self
            .environment
            .keys()
            .filter(|name| OURS.iter().any(|prefix| name.starts_with(prefix)))
            .filter(|name| !self.known.contains(*name))
            .map(|name| (name, "is not a setting (environment)".to_owned()));
        match unknown_in_file.chain(unknown_outside).next() {
            Some((name, told)) => Err(ConfigError::new(name, told)),
            None => Ok(()),
        }
    }
}

fn read_file(path: &Path) -> Result<BTreeMap<String, String>, ConfigError> {
    let wrong = |told: String| ConfigError::new("--config", format!("{}: {told}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let table: toml::Table = text
        .parse()
        .map_err(|error: toml::de::Error| wrong(error.message().to_owned()))?;
    table
        .into_iter()
        .map(|(name, value)| match plain(&value) {
            Some(text) => Ok((name, text)),
            None => Err(ConfigError::new(
                name,
                "must be a text, a number, a truth value or a list of texts".to_owned(),
            )),
        })
        .collect()
}

fn plain(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(truth) => Some(truth.to_string()),
        toml::Value::Array(values) => {
            let texts: Option<Vec<_>> = values.iter().map(toml::Value::as_str).collect();
            texts.map(|texts| texts.join(","))
        }
        _ => None,
    }
}
