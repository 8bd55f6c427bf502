//! The audit log: what fills it besides the acts themselves, and what keeps it.

use std::sync::Arc;
use std::time::Duration;

use adapters_memory::AuditNotePad;
use application::audit::decisions::{NoteDecisions, WriteNotes};
use application::audit::export_log::ExportAuditLog;
use application::audit::keep_partitions::KeepPartitions;
use application::audit::read_log::ReadAuditLog;
use application::audit::read_timeline::ReadTimeline;
use application::audit::seal_log::SealAuditLog;
use application::audit::verify_log::VerifyAuditLog;
use domain::outage::Outage;
use tokio::time::sleep;

use super::adapters::Adapters;
use crate::background::Background;
use crate::config::Config;

/// So many notes go into one statement.
const NOTES_AT_ONCE: usize = 1_000;
/// How long notes wait for each other.
const NOTES_EVERY: Duration = Duration::from_secs(1);
/// How often the last notes are tried when the process ends.
const LAST_TRIES: u32 = 5;

pub(super) fn note_decisions(adapters: &Adapters, config: &Config) -> NoteDecisions {
    NoteDecisions {
        allowed: config.audit_allowed,
        notes: adapters.audit_notes.clone(),
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    }
}

pub(super) fn read_log(adapters: &Adapters) -> ReadAuditLog {
    ReadAuditLog {
        records: adapters.audit_records.clone(),
    }
}

pub(super) fn read_timeline(adapters: &Adapters) -> ReadTimeline {
    ReadTimeline {
        records: adapters.audit_records.clone(),
    }
}

pub(super) fn export_log(adapters: &Adapters) -> ExportAuditLog {
    ExportAuditLog {
        records: adapters.audit_records.clone(),
        audit: adapters.records.clone(),
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    }
}

pub(super) fn verify_log(adapters: &Adapters) -> VerifyAuditLog {
    VerifyAuditLog {
        chain: adapters.audit_chain.clone(),
        links: adapters.audit_links.clone(),
    }
}

/// Writes notes down once a second, and the last of them when the process ends: by then nobody takes notes any more.
pub(super) fn write_notes(adapters: &Adapters, background: &Background) {
    let pad = Arc::clone(&adapters.audit_notes);
    let write = WriteNotes {
        trail: adapters.records.clone(),
    };
    background.spawn(async move |stop| {
        while !stop.is_cancelled() {
            tokio::select! {
                () = stop.cancelled() => break,
                () = sleep(NOTES_EVERY) => {}
            }
            if let Err(outage) = write_all(&pad, &write).await {
                tracing::warn!(error = %outage, "notes for the audit log wait");
            }
        }
        for _ in 0..LAST_TRIES {
            match write_all(&pad, &write).await {
                Ok(()) => return,
                Err(outage) => tracing::warn!(error = %outage, "the last notes wait"),
            }
            sleep(NOTES_EVERY).await;
        }
        let lost = pad.give_up();
        tracing::error!(lost, "notes for the audit log were lost");
    });
}

async fn write_all(pad: &AuditNotePad, write: &WriteNotes) -> Result<(), Outage> {
    loop {
        let notes = pad.take(NOTES_AT_ONCE);
        if notes.is_empty() {
            return Ok(());
        }
        if let Err(outage) = write.run(&notes).await {
            pad.put_back(notes);
            return Err(outage);
        }
    }
}

/// Seals what was written, every two seconds. The ends of the chains are told in the log of the process, where whoever changes the
/// database does not reach them.
pub(super) fn seal_log(adapters: &Adapters, background: &Background) {
    let seal = Arc::new(SealAuditLog {
        chain: adapters.audit_chain.clone(),
        links: adapters.audit_links.clone(),
    });
    background.every(Duration::from_secs(2), move || {
        let seal = Arc::clone(&seal);
        async move {
            match seal.run().await {
                Ok(sealed) => {
                    metrics::counter!("audit_rows_sealed_total").increment(sealed.rows);
                    for (partition, head) in sealed.heads {
                        tracing::info!(partition, %head, "the audit log was sealed");
                    }
                }
                Err(outage) => {
                    metrics::counter!("audit_seal_failures_total").increment(1);
                    tracing::warn!(error = %outage, "the audit log waits for its seals");
                }
            }
        }
    });
}

/// Makes partitions ahead and drops those whose time is over: at start, and every hour, so that an outage costs no day.
pub(super) fn keep_partitions(adapters: &Adapters, config: &Config, background: &Background) {
    let keep = Arc::new(KeepPartitions {
        partitions: adapters.audit_partitions.clone(),
        retention: config.audit_retention,
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    });
    background.every(Duration::from_hours(1), move || {
        let keep = Arc::clone(&keep);
        async move {
            match keep.run().await {
                Ok(kept) => {
                    metrics::gauge!("audit_partitions_stuck").set(f64::from(kept.stuck));
                    for partition in kept.dropped {
                        tracing::info!(partition, "a partition of the audit log was dropped");
                    }
                }
                Err(outage) => {
                    tracing::warn!(error = %outage, "the partitions of the audit log stay as they are");
                }
            }
        }
    });
}
