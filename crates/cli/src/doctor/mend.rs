//! What mends a difference.

use domain::{DatasetName, Partition};

use super::difference::{Difference, Kind};

/// Where the commands have to reach.
#[derive(Debug)]
pub(super) struct Deployment<'a> {
    pub(super) bucket: &'a str,
    pub(super) database: &'a str,
    /// What the names of its functions begin with.
    pub(super) lake: &'a str,
    pub(super) is_local: bool,
}

impl Deployment<'_> {
    /// The command, or what else there is to do.
    pub(super) fn mend(&self, difference: &Difference) -> String {
        let dataset = difference.dataset.as_ref().map_or("DATASET", DatasetName::as_str);
        let partition = difference.partition.as_ref().map(Partition::to_string).unwrap_or_default();
        let key = difference.key.as_deref().unwrap_or_default();
        match &difference.kind {
            Kind::DefinitionWaits
            | Kind::TableMissing
            | Kind::TableDiffers
            | Kind::EntryMissing
            | Kind::EntryBehind
            | Kind::EntryDiffers
            | Kind::EntryByHand => self.scheduled("register", "reconciles"),
            Kind::TableOfDropped => format!("tributary dataset drop {dataset} --yes"),
            Kind::Leftover => self.scheduled("compact", "vacuums"),
            Kind::DefinitionRefused | Kind::DatasetUnknown => "tributary dataset apply FILE".to_owned(),
            Kind::DefinitionDamaged => {
                let place = self.uri(&format!("schemas/{dataset}/"));
                format!("delete what is damaged below {place}, if it is there, then {}", restore(difference))
            }
            // What the words of a newer format ask for is an upgrade.
            Kind::CommitUnreadable => {
                format!("upgrade, if it says so; else {}", self.replace(difference, key))
            }
            Kind::FileMissing | Kind::FileChanged if difference.same_rows.is_some() => {
                let generation = difference.same_rows.unwrap_or_default();
                format!("tributary partition rollback {dataset} {partition} --to {generation}")
            }
            Kind::FileMissing => format!("{}; {}", restore(difference), without(dataset, &partition)),
            Kind::FileChanged => {
                format!("{}; {}", self.replace(difference, key), without(dataset, &partition))
            }
            Kind::FileUnreadable => self.replace(difference, key),
            Kind::NotCounted => {
                format!("tributary doctor --deep --dataset {dataset} --partition {partition}")
            }
            Kind::Twins => format!("tributary compact {dataset} --partition {partition} --repair"),
            Kind::FileUnknown | Kind::NotesUnreadable => format!("aws s3 rm {}", self.uri(key)),
            Kind::Stranger => format!("if nobody needs it: aws s3 rm {}", self.uri(key)),
            Kind::CommitsGone => format!(
                "{}; if the data is meant to be gone: aws glue delete-partition --database-name {} --table-name \
                 {dataset} --partition-values {}",
                restore(difference),
                self.database,
                difference
                    .partition
                    .as_ref()
                    .map(|partition| partition.values().join(" "))
                    .unwrap_or_default()
            ),
            Kind::LandingWaits => format!("tributary compact {dataset} --partition {partition}"),
            Kind::EventsQuarantined | Kind::QuarantineDamaged => {
                format!("tributary quarantine list --dataset {dataset}")
            }
            Kind::CatalogRefused | Kind::StoreRefused | Kind::Defect => {
                "see what the log of the function says".to_owned()
            }
        }
    }

    fn scheduled(&self, function: &str, does: &str) -> String {
        if self.is_local {
            format!("wait a minute: `tributary dev` {does} by itself")
        } else {
            format!(
                "aws lambda invoke --function-name {}-{function} --cli-binary-format raw-in-base64-out \
                 --payload '{{\"source\":\"aws.events\"}}' /dev/stdout",
                self.lake
            )
        }
    }

    /// What is there and damaged is not overwritten: the damaged object goes first.
    fn replace(&self, difference: &Difference, key: &str) -> String {
        format!(
            "with the functions stopped (docs/runbooks.md), aws s3 rm {}, then {}",
            self.uri(key),
            restore(difference)
        )
    }

    /// For a shell: keys of strangers have anything in them.
    fn uri(&self, key: &str) -> String {
        let uri = format!("s3://{}/{key}", self.bucket);
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "/:._-=".contains(c);
        if uri.chars().all(is_plain) { uri } else { format!("'{}'", uri.replace('\'', "'\\''")) }
    }
}

/// What is gone is in another bucket or in the bucket's past, or nowhere. Nothing can be copied into the log: the bucket's
/// policy wants a condition that a copy cannot carry.
fn restore(difference: &Difference) -> String {
    let of = difference.dataset.as_ref().map(|dataset| format!(" --dataset {dataset}")).unwrap_or_default();
    format!("tributary restore --from BACKUP{of}, or --at TIME{of} if the bucket has versions")
}

/// Where there is no backup.
fn without(dataset: &str, partition: &str) -> String {
    format!("without a backup: tributary partition recover {dataset} {partition}")
}
