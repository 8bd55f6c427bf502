//! Writes one of every mail, and a page that shows them all, into a folder. `cargo xtask mail-preview` runs it.

use std::fs;
use std::path::PathBuf;

use adapters_smtp::{Sample, samples};
use domain::outage::BoxError;
use minijinja::{Environment, context};

fn main() -> Result<(), BoxError> {
    let folder: PathBuf = std::env::args_os()
        .nth(1)
        .ok_or("say into which folder")?
        .into();
    fs::create_dir_all(&folder)?;
    let samples = samples()?;
    for sample in &samples {
        let Sample {
            letter, language, ..
        } = sample;
        fs::write(
            folder.join(format!("{letter}.{language}.html")),
            &sample.html,
        )?;
        fs::write(
            folder.join(format!("{letter}.{language}.txt")),
            &sample.text,
        )?;
    }
    let mut environment = Environment::new();
    environment.add_template("index.html", include_str!("mail_preview.html"))?;
    let rows: Vec<_> = samples
        .iter()
        .map(|sample| {
            context! { letter => sample.letter, language => sample.language, subject => sample.subject }
        })
        .collect();
    let page = environment.get_template("index.html")?;
    fs::write(
        folder.join("index.html"),
        page.render(context! { mails => rows })?,
    )?;
    Ok(())
}
