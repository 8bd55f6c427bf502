//! Chains in which something was changed.

use super::*;
use uuid::Uuid;

/// Stands for a keyed hash: nothing here depends on its being a good one.
struct Sums;

impl AuditLinks for Sums {
    fn hash(&self, message: &[u8]) -> Digest {
        let mut digest = [0_u8; 32];
        for (number, byte) in message.iter().enumerate() {
            let place = &mut digest[number % 32];
            *place = place.wrapping_mul(31).wrapping_add(*byte).rotate_left(3);
        }
        digest
    }

    fn accepts(&self, message: &[u8], digest: &Digest) -> bool {
        self.hash(message) == *digest
    }
}

fn image(number: u8) -> RowImage {
    RowImage {
        partition: "logs_2026_03".to_owned(),
        id: AuditId::new(Uuid::from_u128(number.into())),
        at: DateTime::UNIX_EPOCH,
        columns: vec![Some(format!("row {number}")), None, Some("x".to_owned())],
    }
}

fn chain(rows: u8) -> Vec<SealedRow> {
    let mut head = ChainHead::EMPTY;
    (1..=rows)
        .map(|number| {
            let seal = Seal::after(&head, &image(number), &Sums);
            head = seal.head();
            SealedRow {
                seal,
                image: Some(image(number)),
            }
        })
        .collect()
}

fn findings(chain: &[SealedRow]) -> Vec<String> {
    let mut walk = ChainWalk::default();
    chain
        .iter()
        .flat_map(|sealed| walk.check(sealed, &Sums))
        .map(|finding| finding.to_string())
        .collect()
}

#[test]
fn a_chain_that_nobody_touched_has_no_findings() {
    assert_eq!(findings(&chain(5)), Vec::<String>::new());
}

#[test]
fn a_changed_row_is_told_and_only_that_one() {
    for column in 0..3 {
        let mut chain = chain(5);
        chain[2].image.as_mut().unwrap().columns[column] = Some("other".to_owned());
        let told = findings(&chain);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].starts_with("changed: row 00000000-0000-0000-0000-000000000003"));
    }
}

#[test]
fn a_missing_row_is_told() {
    let mut chain = chain(5);
    chain[2].image = None;
    assert_eq!(
        findings(&chain),
        ["missing: row 00000000-0000-0000-0000-000000000003, number 3"]
    );
}

#[test]
fn a_row_removed_with_its_seal_leaves_a_gap() {
    let mut chain = chain(5);
    chain.remove(2);
    assert_eq!(findings(&chain), ["missing: the seals of number 3 to 3"]);
}

#[test]
fn a_row_removed_with_its_seal_is_told_when_those_behind_it_move_up() {
    let mut chain = chain(5);
    chain.remove(2);
    chain[2].seal.position = 3;
    chain[3].seal.position = 4;
    assert!(!findings(&chain).is_empty());
}

#[test]
fn rows_that_changed_places_are_told() {
    let mut chain = chain(5);
    chain.swap(1, 2);
    chain[1].seal.position = 2;
    chain[2].seal.position = 3;
    let told = findings(&chain);
    assert!(
        told.iter()
            .all(|finding| finding.starts_with("out of order")),
        "{told:?}"
    );
    assert!(told[0].ends_with("number 2"), "{told:?}");
}

#[test]
fn a_seal_of_another_partition_does_not_fit() {
    let mut chain = chain(1);
    chain[0].seal.partition = "logs_2026_04".to_owned();
    assert_eq!(findings(&chain).len(), 1);
}

#[test]
fn columns_cannot_lend_each_other_their_text() {
    let of = |columns: &[Option<&str>]| RowImage {
        columns: columns.iter().map(|text| text.map(str::to_owned)).collect(),
        ..image(1)
    };
    let one = of(&[Some("ab"), Some("c")]);
    for other in [
        of(&[Some("a"), Some("bc")]),
        of(&[Some("abc"), Some("")]),
        of(&[Some("ab"), None, Some("c")]),
    ] {
        assert_ne!(one.message(), other.message());
    }
}

#[test]
fn an_empty_column_of_a_later_release_changes_nothing() {
    let before = image(1);
    let mut after = image(1);
    after.columns.push(None);
    assert_eq!(before.message(), after.message());
}
