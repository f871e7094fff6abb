//! What the targets of the dialects share: an input is a conversation, and whatever is read of it has to be sound.

use std::collections::HashSet;
use std::fmt::Debug;

use bitcoin::hashes::Hash;
use bitcoin::{BlockHash, Network, Txid};
use ransomtrail::domain::{Address, Amount, Said, Sums, Time, Totals, Tx};
use ransomtrail::explorer::{Block, Dialect, Known, Request, Told, TotalsAnswer, Unread};
use ransomtrail::proof::{MerkleBranch, ProvenHeader};

/// Parts the answers of an input. No JSON and no hex contains it.
const BETWEEN: u8 = 0xff;
/// Most answers of a conversation; it begins anew with the input's first when they run out.
const MOST: usize = 40;
/// Most characters of a complaint: it goes onto a line of the terminal and of the log.
const LONGEST: usize = 400;

const NETWORK: Network = Network::Bitcoin;
/// What the questions are about; the readers do not look at it.
const ADDRESS: &str = "12t9YDPgwueZ9NyMgw519p7AA8isjr6SMw";

/// Puts every question to the dialect, each answered with the input.
pub fn every_reader(d: &dyn Dialect, input: &[u8]) {
    let answers: Vec<&[u8]> = input.split(|byte| *byte == BETWEEN).collect();
    let (txid, block) = (Txid::all_zeros(), BlockHash::all_zeros());
    let Ok(address) = Address::parse(ADDRESS, NETWORK) else { return };
    let talk = Talk { d, answers: &answers };
    talk.knowing(
        d.address_page(&address, None),
        |told| d.read_address_page(told),
        |page| {
            let mut txids = HashSet::new();
            assert!(page.txs.iter().all(|tx| txids.insert(tx.txid)), "a transaction twice");
            page.txs.iter().for_each(tx_is_sound);
            is_ours(&d.address_page(&address, page.next.as_ref()));
        },
    );
    talk.knowing(d.transaction(&txid), |told| d.read_transaction(told), tx_is_sound);
    talk.about(d.totals(&address), |told| d.read_totals(told), totals_are_sound);
    talk.about(d.outspends(&txid), |told| d.read_outspends(told), |_| {});
    talk.about(d.tip(), |told| d.read_block_hash(told), |_| {});
    talk.about(d.best_chain(&block), |told| d.read_best_chain(told), |_| {});
    talk.about(d.block(&block), |told| d.read_block(told), |block| time_is_sound(block.time));
    talk.about(
        d.header(&block).unwrap_or(d.tip()),
        |told| d.read_header(told),
        |header| {
            let _ = ProvenHeader::from_bytes(header, NETWORK);
        },
    );
    talk.about(d.raw_block(&block).unwrap_or(d.tip()), |told| d.read_raw_block(told), |_| {});
    talk.about(
        d.merkle_proof(&txid).unwrap_or(d.tip()),
        |told| d.read_merkle_proof(told),
        |proof| {
            let _ = MerkleBranch::new(proof.pos, proof.branch.clone());
        },
    );
}

/// What is said of an answer that cannot be read fits a line and does nothing to a terminal.
pub fn complaint_is_sound(complaint: &str) {
    assert!(!complaint.chars().any(char::is_control), "control characters: {complaint:?}");
    assert!(complaint.chars().count() <= LONGEST, "endless: {complaint}");
}

struct Talk<'a> {
    d: &'a dyn Dialect,
    answers: &'a [&'a [u8]],
}

impl Talk<'_> {
    /// Asks with an empty ledger, and with one that holds all that was asked for.
    fn knowing<T: PartialEq + Debug>(
        &self,
        question: Request,
        read: impl Fn(&Told<'_>) -> Result<T, Unread>,
        check: impl Fn(&T),
    ) {
        let (asked, first) = self.hold(question.clone(), &Known::default(), &read);
        let (_, second) = self.hold(question, &holding(&asked), &read);
        assert!(self.d.wants_known() || first == second, "{}: the ledger does not matter to it", self.d.name());
        assert!(!self.d.wants_known() || !matches!(second, Err(Unread::Ask(_))), "asks for what the ledger holds");
        first.iter().chain(&second).for_each(check);
    }

    fn about<T>(&self, question: Request, read: impl Fn(&Told<'_>) -> Result<T, Unread>, check: impl Fn(&T)) {
        self.hold(question, &Known::default(), &read).1.iter().for_each(check);
    }

    /// All that was asked for, and what came of it; the last request for more where there is no end.
    fn hold<T>(
        &self,
        question: Request,
        known: &Known,
        read: &impl Fn(&Told<'_>) -> Result<T, Unread>,
    ) -> (Vec<Request>, Result<T, Unread>) {
        let mut bodies = self.answers.iter().cycle();
        let (mut told, mut asked) = (Vec::new(), HashSet::new());
        let mut wanted = vec![question];
        loop {
            for request in wanted {
                is_ours(&request);
                assert!(asked.insert(request.path.clone()), "asked twice: {}", request.path);
                told.push((request, bodies.next().map(|body| body.to_vec()).unwrap_or_default()));
            }
            let answer = read(&Told::new(&told, NETWORK, known));
            match answer {
                Err(Unread::Ask(more)) if told.len() + more.len() <= MOST => wanted = more,
                answer => {
                    if let Err(Unread::Garbled(garbled)) = &answer {
                        complaint_is_sound(&garbled.to_string());
                    }
                    return (told.into_iter().map(|(request, _)| request).collect(), answer);
                }
            }
            assert!(!wanted.is_empty(), "asks for nothing");
        }
    }
}

/// The ledger that spares these requests.
fn holding(asked: &[Request]) -> Known {
    let mut known = Known::default();
    for name in asked.iter().filter_map(|request| request.path.split(['/', '?']).nth(1)) {
        if let Ok(txid) = name.parse() {
            known.proven.insert(txid);
        } else if let Ok(height) = name.parse() {
            known.blocks.insert(height, Block { hash: BlockHash::all_zeros(), height, time: Time::UNIX_EPOCH });
        }
    }
    known
}

/// A path below the base URL that cannot lead anywhere else.
fn is_ours(request: &Request) {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/?=&-".contains(c);
    let path = &request.path;
    assert!(path.chars().all(plain) && !path.starts_with('/') && !path.contains("//"), "not ours: {path:?}");
}

fn tx_is_sound(tx: &Tx) {
    let (_, fee) = (tx.recomputed_txid(), tx.fee());
    let paid: u64 = tx.outputs.iter().map(|out| out.value.to_sat()).sum();
    let spent: u64 = tx.inputs.iter().filter_map(|input| input.value).map(Amount::to_sat).sum();
    let most = Amount::MAX_MONEY.to_sat();
    assert!(paid <= most && spent <= most && fee.is_none_or(|fee| fee.to_sat() <= most), "money that cannot exist");
    for input in &tx.inputs {
        assert!(!input.coinbase || (input.prev_txid, input.prev_vout) == (None, None), "new coins that were old");
        input.address.iter().for_each(address_is_sound);
    }
    for out in &tx.outputs {
        out.address.iter().for_each(address_is_sound);
        let derived = out.script.as_ref().map(|script| Address::from_script(script, NETWORK));
        assert!(derived.is_none_or(|derived| derived == out.address), "an address that is not the script's");
    }
    tx.first_seen.into_iter().for_each(time_is_sound);
    if let Some(block) = tx.state.block() {
        time_is_sound(block.time);
    }
}

fn address_is_sound(address: &Address) {
    assert_eq!(Address::parse(address.as_str(), NETWORK).as_ref(), Ok(address));
}

/// A time that a block can have: four bytes of seconds.
fn time_is_sound(time: Time) {
    assert!(u32::try_from(time.timestamp()).is_ok(), "{time}");
}

fn totals_are_sound(answer: &TotalsAnswer) {
    let said = answer.said;
    let _ = said.agrees(&Totals::default());
    assert!(said != Said::default(), "totals that tell nothing");
    for Sums { tx_count, received, spent } in [said.confirmed, said.waiting, said.together] {
        let told = [tx_count, received.map(Amount::to_sat), spent.map(Amount::to_sat)];
        assert!(told.into_iter().flatten().all(|n| i64::try_from(n).is_ok()), "not for SQLite: {said:?}");
    }
    let _ = said.everything();
    // What waits may spend what is confirmed, so that its own sums need not be in order.
    for Sums { received, spent, .. } in [said.confirmed, said.together] {
        assert!(received.zip(spent).is_none_or(|(received, spent)| received >= spent), "spent unreceived: {said:?}");
    }
}
