//! `scripthub admin audit …`: proving that the audit log is what was written.

use anyhow::{Result, bail};
use clap::Subcommand;
use domain::access::authority::Authority;

use super::tell;
use crate::wiring::Platform;

/// What to do with the audit log.
#[derive(Debug, Subcommand)]
pub(super) enum AuditAct {
    /// Check every row against its seal: tells what was changed, removed or moved, and fails if anything was
    ///
    /// The end of each chain is told as `position:link`. A chain cannot show that its end was cut off: compare it with what
    /// the log of the server has told ("the audit log was sealed").
    Verify {
        /// Only this partition, as `logs_2026_11`
        #[arg(long)]
        partition: Option<String>,
    },
}

pub(super) async fn perform(platform: &Platform, act: AuditAct) -> Result<()> {
    let AuditAct::Verify { partition } = act;
    let verify = platform.verify_audit_log();
    let by = Authority::operator();
    let mut partitions = verify.partitions(&by).await?;
    if let Some(only) = &partition {
        partitions.retain(|known| known == only);
        if partitions.is_empty() {
            bail!("the audit log has no partition {only:?}");
        }
    }
    let mut findings = 0;
    for partition in &partitions {
        let mut unheard = Ok(());
        let verified = verify
            .run(&by, partition, |finding| {
                let told = tell(&format!("{partition}: {finding}"));
                unheard = std::mem::replace(&mut unheard, Ok(())).and(told);
            })
            .await?;
        unheard?;
        let count = verified.findings;
        tell(&format!(
            "{partition}: {count} findings, chain ends at {}",
            verified.head
        ))?;
        findings += count;
    }
    if findings > 0 {
        bail!("the audit log is not what was written: {findings} findings");
    }
    Ok(())
}
