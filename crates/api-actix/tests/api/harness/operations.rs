//! The operations that the OpenAPI document knows, each with a request made of the examples that it shows.

use std::sync::LazyLock;

use actix_web::dev::ResourceDef;
use actix_web::http::Method;
use domain::access::permission::Permission;
use serde_json::{Map, Value, json};

use super::client::{Call, Client};
use super::people::session_id;
use super::world;

/// Who may call an operation, as its `security` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Security {
    /// Anybody; a token is not looked at.
    Open,
    /// Anybody; who sends a token wants to be known.
    Optional,
    /// Who is signed in.
    SignedIn,
}

/// One operation of the document.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) security: Security,
    pub(crate) permission: Option<Permission>,
    /// What the document says about it.
    pub(crate) spec: Value,
}

/// All operations, in the order of the document.
pub(crate) fn operations() -> Vec<Operation> {
    static OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(|| {
        let paths = document()["paths"].as_object().unwrap();
        let all = paths.iter().flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().iter();
            methods.filter_map(|(method, spec)| Operation::read(path, method, spec))
        });
        all.collect()
    });
    OPERATIONS.clone()
}

/// What the document says about a request; nothing for a path or method that it does not know.
pub(crate) fn documented(method: &Method, path: &str) -> Option<&'static Operation> {
    static PATTERNS: LazyLock<Vec<(ResourceDef, Operation)>> = LazyLock::new(|| {
        let all = operations().into_iter();
        all.map(|operation| (ResourceDef::new(&*operation.path), operation))
            .collect()
    });
    let places = |operation: &Operation| operation.path.matches('{').count();
    let of_method = |method: &Method| {
        let fitting = || {
            let all = PATTERNS.iter();
            all.filter(|(pattern, _)| pattern.is_match(path))
                .map(|(_, operation)| operation)
        };
        // `/api/users/me` also fits `/api/users/{username}`: the fewest places win, whatever the method.
        let fewest = fitting().map(places).min();
        fitting().find(|operation| Some(places(operation)) == fewest && operation.method == *method)
    };
    match *method {
        Method::HEAD => of_method(method).or_else(|| of_method(&Method::GET)),
        _ => of_method(method),
    }
}

/// The document as it is served.
pub(crate) fn document() -> &'static Value {
    static DOCUMENT: LazyLock<Value> =
        LazyLock::new(|| serde_json::from_str(&api_actix::openapi::json().unwrap()).unwrap());
    &DOCUMENT
}

/// The schema that a reference names.
pub(crate) fn schema_of(reference: &Value) -> &'static Value {
    let name = reference["$ref"].as_str().unwrap();
    let name = name.strip_prefix("#/components/schemas/").unwrap();
    &document()["components"]["schemas"][name]
}

impl Operation {
    fn read(path: &str, method: &str, spec: &Value) -> Option<Self> {
        let known = ["get", "head", "post", "put", "patch", "delete"];
        if !known.contains(&method) {
            return None;
        }
        let security = match spec["security"].as_array() {
            None => Security::Open,
            Some(ways) if ways.contains(&json!({})) => Security::Optional,
            Some(_) => Security::SignedIn,
        };
        let permission = spec["x-required-permission"].as_str().map(|name| {
            Permission::by_name(name).unwrap_or_else(|| panic!("{path} demands {name}"))
        });
        Some(Self {
            method: method.to_uppercase().parse().unwrap(),
            path: path.to_owned(),
            security,
            permission,
            spec: spec.clone(),
        })
    }

    /// `GET /api/…`
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// A path that something is at.
    pub(crate) fn uri(&self) -> String {
        let id = match self.path.as_str() {
            "/api/auth/sessions/{id}" => session_id("phone").to_string(),
            "/api/scripts/{id}/restore" => world::DELETED.to_string(),
            _ => world::PUBLIC.to_string(),
        };
        self.uri_of(&id)
    }

    /// The path of the thing of this id.
    pub(crate) fn uri_of(&self, id: &str) -> String {
        fill(&self.path.replace("{id}", id))
    }

    /// The schema of the body, where there is one.
    pub(crate) fn body_schema(&self) -> Option<&'static Value> {
        let content = &self.spec["requestBody"]["content"];
        let reference = content.as_object()?.get("application/json")?;
        Some(schema_of(&reference["schema"]))
    }

    /// The body that the document shows.
    pub(crate) fn example_body(&self) -> Option<Value> {
        let schema = self.body_schema()?;
        let properties = schema["properties"].as_object().unwrap();
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let mut body = Map::new();
        for (name, property) in properties {
            if let Some(example) = example(property) {
                body.insert(name.clone(), example);
            } else {
                let is_required = required.contains(&json!(name));
                assert!(!is_required, "{}: {name} has no example", self.name());
            }
        }
        Some(Value::Object(body))
    }

    /// The request that the document shows, without a body.
    pub(crate) fn bare<'a>(&self, client: &Client<'a>) -> Call<'a> {
        let call = client.call(self.method.clone(), &self.uri());
        if self.demands_if_match() {
            call.header("If-Match", "\"1-0000000000000000\"")
        } else {
            call
        }
    }

    /// The request that the document shows.
    pub(crate) fn example<'a>(&self, client: &Client<'a>) -> Call<'a> {
        let call = self.bare(client);
        match self.example_body() {
            Some(body) => call.json(&body),
            None if self.takes_a_picture() => call.body("image/png", &b"\x89PNG\r\n\x1a\n"[..]),
            None => call,
        }
    }

    /// Whether it leads a browser elsewhere.
    pub(crate) fn leads_elsewhere(&self) -> bool {
        !self.spec["responses"]["302"].is_null()
    }

    /// Whether the body is no JSON but a picture.
    pub(crate) fn takes_a_picture(&self) -> bool {
        let content = self.spec["requestBody"]["content"].as_object();
        content.is_some_and(|kinds| kinds.contains_key("image/png"))
    }

    /// The parameters in one place: `path`, `query` or `header`.
    pub(crate) fn parameters(&self, place: &str) -> Vec<String> {
        let parameters = self.spec["parameters"].as_array().into_iter().flatten();
        let here = parameters.filter(|parameter| parameter["in"] == place);
        here.map(|parameter| parameter["name"].as_str().unwrap().to_owned())
            .collect()
    }

    fn demands_if_match(&self) -> bool {
        let parameters = self.spec["parameters"].as_array().into_iter().flatten();
        let mut wanted = parameters.filter(|parameter| parameter["name"] == "If-Match");
        wanted.any(|parameter| parameter["required"] == true)
    }
}

fn example(property: &Value) -> Option<Value> {
    let several = property["examples"]
        .as_array()
        .and_then(|examples| examples.first());
    let one = property.get("example");
    several.or(one).cloned()
}

/// The path with something in every place that is still open.
pub(crate) fn fill(path: &str) -> String {
    let path = path.replace("{id}", &world::PUBLIC.to_string());
    let path = path.replace("{version}", "1").replace("{username}", "ada");
    let path = path.replace("{provider}", "google");
    let path = path.replace("{slug}", "word-frequency");
    let path = path.replace("{avatar}", &world::AVATAR.to_string());
    let path = path.replace("{size}", "256");
    let name = if path.starts_with("/api/permissions") {
        "bundles.publish"
    } else {
        "curator"
    };
    path.replace("{name}", name)
}
