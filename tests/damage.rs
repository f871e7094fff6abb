//! Readers take any bytes: noise, and conversations in which every answer may be damaged.

use std::sync::OnceLock;

use bitcoin::{Network, OutPoint};
use proptest::prelude::*;
use ransomtrail::explorer::{Dialect, Known, Request, Told, Unread};

use crate::dialects::{Speaker, ours, services};
use crate::support::{FakeChain, Kind};

const NET: Network = Network::Regtest;

/// Asks as an explorer does, with answers that `damage` has its way with.
fn converse<T>(
    (dialect, speaker): (&'static dyn Dialect, Speaker),
    chain: &FakeChain,
    question: Request,
    damage: &mut dyn FnMut(&mut Vec<u8>),
    read: fn(&dyn Dialect, &Told<'_>) -> Result<T, Unread>,
) -> Option<T> {
    let (mut answers, known) = (Vec::new(), Known::default());
    let mut wanted = vec![question];
    for _ in 0..12 {
        for request in wanted.drain(..) {
            let mut body = speaker(chain, &request.path).body;
            damage(&mut body);
            answers.push((request, body));
        }
        match read(dialect, &Told::new(&answers, NET, &known)) {
            Ok(value) => return Some(value),
            Err(Unread::Garbled(_)) => return None,
            Err(Unread::Ask(more)) => wanted.extend(more.into_iter().take(40)),
        }
    }
    None
}

/// Every question of every dialect over a small chain.
fn everything(damage: &mut dyn FnMut(&mut Vec<u8>)) -> usize {
    static CHAIN: OnceLock<FakeChain> = OnceLock::new();
    let chain = CHAIN.get_or_init(|| {
        let mut chain = FakeChain::new(NET);
        let [from, to] = [Kind::P2pkh, Kind::P2tr].map(|kind| chain.address(kind, 1));
        let paid = chain.pay_many(&vec![(&from, 5_000); 35]);
        chain.mine();
        chain.spend(&[OutPoint::new(paid, 34)], &[(&to, 4_000)]);
        chain
    });
    let (address, tx) = (ours(&chain.address(Kind::P2pkh, 1)), chain.blocks[1].txids[1]);
    let block = chain.blocks[1].header.block_hash();
    let mut read = 0;
    for service in services() {
        let d = service.0;
        let page = d.address_page(&address, None);
        read += usize::from(converse(service, chain, page, damage, |d, t| d.read_address_page(t)).is_some());
        let tx_read = converse(service, chain, d.transaction(&tx), damage, |d, t| d.read_transaction(t));
        read += usize::from(tx_read.map(|tx| tx.recomputed_txid()).is_some());
        read += usize::from(converse(service, chain, d.totals(&address), damage, |d, t| d.read_totals(t)).is_some());
        read += usize::from(converse(service, chain, d.outspends(&tx), damage, |d, t| d.read_outspends(t)).is_some());
        read += usize::from(converse(service, chain, d.tip(), damage, |d, t| d.read_block_hash(t)).is_some());
        read += usize::from(converse(service, chain, d.block_at(101), damage, |d, t| d.read_block_hash(t)).is_some());
        read += usize::from(converse(service, chain, d.block(&block), damage, |d, t| d.read_block(t)).is_some());
        let best = d.best_chain(&block);
        read += usize::from(converse(service, chain, best, damage, |d, t| d.read_best_chain(t)).is_some());
        let given = [d.header(&block), d.raw_block(&block), d.merkle_proof(&tx)].map(|r| r.unwrap_or(d.tip()));
        let [header, raw, proof] = given;
        read += usize::from(converse(service, chain, header, damage, |d, t| d.read_header(t)).is_some());
        read += usize::from(converse(service, chain, raw, damage, |d, t| d.read_raw_block(t)).is_some());
        read += usize::from(converse(service, chain, proof, damage, |d, t| d.read_merkle_proof(t)).is_some());
    }
    read
}

#[test]
fn undamaged_conversations_read() {
    // Eleven questions of three dialects, of which two have no proofs.
    assert_eq!(everything(&mut |_| {}), 33 - 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn arbitrary_bytes_never_panic(body in proptest::collection::vec(any::<u8>(), 0..300)) {
        everything(&mut |answer| answer.clone_from(&body));
    }

    /// Real answers with some bytes changed, in every answer of a conversation, get further into the readers than noise.
    #[test]
    fn damaged_answers_never_panic(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        every in 1_usize..4,
        cut in any::<bool>(),
    ) {
        let mut n = 0;
        everything(&mut |answer| {
            n += 1;
            if n % every == 0 && !answer.is_empty() {
                for (place, byte) in &changes {
                    let place = place.index(answer.len());
                    // Digits stay digits, so that the JSON goes on to be JSON.
                    answer[place] = if answer[place].is_ascii_digit() { b'0' + byte % 10 } else { *byte };
                }
                if cut {
                    answer.truncate(answer.len() - 1);
                }
            }
        });
    }

    /// Numbers alone are changed: all of the JSON reads, and says what cannot be.
    #[test]
    fn wrong_numbers_never_panic(digits in proptest::collection::vec((any::<prop::sample::Index>(), 0..10_u8), 1..6)) {
        everything(&mut |answer| {
            let places: Vec<usize> = (0..answer.len()).filter(|&n| answer[n].is_ascii_digit()).collect();
            for (place, digit) in &digits {
                if !places.is_empty() {
                    answer[*place.get(&places)] = b'0' + digit;
                }
            }
        });
    }
}
