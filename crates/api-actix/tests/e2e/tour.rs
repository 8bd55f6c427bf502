//! The tour of the README, taken as it stands there.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use crate::harness::{Platform, Scratch};

/// The blocks of shell between the markers of the tour, as one script.
fn tour(readme: &str) -> String {
    let (_, rest) = readme
        .split_once("<!-- tour:begin -->")
        .expect("the tour begins");
    let (tour, _) = rest.split_once("<!-- tour:end -->").expect("the tour ends");
    let blocks = tour.split("```sh\n").skip(1);
    let blocks = blocks.map(|block| block.split_once("```").expect("a block ends").0);
    blocks.collect()
}

/// What the script says, run by a careful shell at the top of the clone.
fn take(script: &str, platform: &Platform) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    // To files: a program that outlives the shell must not keep us waiting at the end of a pipe.
    let folder = Scratch::new();
    let [said, complaints] = ["said", "complaints"].map(|name| folder.path().join(name));
    let file = |path| Stdio::from(fs::File::create(path).expect("a file can be made"));
    let status = std::process::Command::new("bash")
        .args(["-euo", "pipefail", "-c", script])
        .current_dir(root)
        .env("BASE", platform.server.base())
        .env("MAIL", platform.scratch().path().join("mail"))
        .stdin(Stdio::null())
        .stdout(file(&said))
        .stderr(file(&complaints))
        .status()
        .expect("there is a bash");
    let read = |path| fs::read_to_string(path).expect("the tour is told in UTF-8");
    let (said, complaints) = (read(said), read(complaints));
    assert!(status.success(), "{status}\n{said}\n{complaints}");
    said
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tour_of_the_readme_ends_where_it_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let readme = fs::read_to_string(root.join("README.md")).expect("there is a README");
    let script = tour(&readme);
    assert!(
        script.contains("$BASE/api/auth/register"),
        "the tour is found: {script}"
    );
    // Everybody takes it from the same address.
    let platform = Platform::plan().without_limits().start().await;
    let said = take(&script, &platform);
    let confirmed = "SELECT count(*) FROM users WHERE email_verified_at IS NOT NULL";
    assert_eq!(platform.count(confirmed).await, 1, "{said}");
    let private = "SELECT count(*) FROM scripts WHERE visibility = 'private' AND language = 'lua'";
    assert_eq!(platform.count(private).await, 1, "{said}");
    for line in [
        "the same bytes",
        "a stranger gets 404",
        "its owner gets 200",
    ] {
        assert!(said.contains(line), "{line} is not in: {said}");
    }
    assert!(!said.contains("urn:scripthub:problem"), "{said}");
}
