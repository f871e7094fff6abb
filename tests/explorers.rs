//! Every dialect reads back what a server that speaks it shows of a known chain.

use std::collections::BTreeSet;

use bitcoin::{Network, OutPoint, Txid};
use ransomtrail::domain::{Address, Amount, State, Time};
use ransomtrail::explorer::{AskError, Cursor, ESPLORA, Explorer, Known, Outspend};
use ransomtrail::http::{Http, HttpOptions};

use crate::support::{FakeChain, FakeExplorer, Kind, Style, Trouble};

const NET: Network = Network::Regtest;

fn ask(server: &FakeExplorer) -> Explorer {
    let options = HttpOptions { pace: "1000/s".parse().unwrap(), ..HttpOptions::default() };
    let http = Http::new(options).unwrap();
    Explorer::over_http("fake", &ESPLORA, server.url().parse().unwrap(), http, NET, || Time::UNIX_EPOCH)
}

fn ours(address: &bitcoin::Address) -> Address {
    Address::parse(&address.to_string(), NET).unwrap()
}

/// Reads a history to its end: the txids, and how many pages it took.
async fn walk(explorer: &Explorer, address: &Address) -> (BTreeSet<Txid>, usize) {
    let (mut seen, mut pages) = (BTreeSet::new(), 0);
    let mut after: Option<Cursor> = None;
    loop {
        let page = explorer.address_page(address, after.as_ref(), &Known::default()).await.unwrap().value;
        pages += 1;
        for tx in &page.txs {
            assert_eq!(tx.recomputed_txid(), Some(tx.txid));
        }
        let once: BTreeSet<_> = page.txs.iter().map(|tx| tx.txid).collect();
        assert_eq!(once.len(), page.txs.len(), "each once");
        seen.extend(once);
        match page.next {
            Some(next) => after = Some(next),
            None => return (seen, pages),
        }
    }
}

#[tokio::test]
async fn every_payment_is_found_whatever_the_habits_of_the_server() {
    for (style, mined, waiting, pages) in [
        (Style::Blockstream, 60, 3, 4),
        (Style::Mempool, 60, 3, 3),
        (Style::Mempool, 30, 50, 4),
        (Style::Blockstream, 0, 5, 2),
        (Style::Blockstream, 0, 0, 1),
    ] {
        let mut chain = FakeChain::new(NET);
        let address = chain.address(Kind::P2pkh, 1);
        let mut paid = BTreeSet::new();
        for n in 0..mined {
            paid.insert(chain.pay(&address, 1000 + n));
            if n % 7 == 6 {
                chain.mine();
            }
        }
        chain.mine();
        paid.extend((0..waiting).map(|n| chain.pay(&address, 5000 + n)));
        let server = FakeExplorer::start_styled(chain, style);
        let explorer = ask(&server);
        assert_eq!(walk(&explorer, &ours(&address)).await, (paid, pages), "{style:?} {mined} {waiting}");
        let said = explorer.totals(&ours(&address)).await.unwrap().value.said;
        assert_eq!((said.confirmed.tx_count, said.waiting.tx_count), (Some(mined), Some(waiting)));
        assert_eq!(said.confirmed.received, Some(Amount::from_sat((0..mined).map(|n| 1000 + n).sum::<u64>())));
    }
}

#[tokio::test]
async fn tells_who_spends_and_in_which_block() {
    let mut chain = FakeChain::new(NET);
    let [from, to, change] = [Kind::P2wpkh, Kind::P2tr, Kind::P2sh].map(|kind| chain.address(kind, 1));
    let paid = chain.pay_many(&[(&from, 5000), (&from, 7000)]);
    let block = chain.mine();
    let spent = chain.spend(&[OutPoint::new(paid, 1)], &[(&to, 4000), (&change, 2500)]);
    let server = FakeExplorer::start(chain);
    let explorer = ask(&server);

    let outspends = explorer.outspends(&paid).await.unwrap().value;
    assert_eq!(outspends, [Outspend::Unspent, Outspend::Spent { txid: spent, vin: Some(0) }]);
    let tx = explorer.transaction(&spent).await.unwrap().value;
    assert_eq!(tx.state, State::Mempool);
    assert_eq!((&tx.inputs[0].address, tx.inputs[0].value), (&Some(ours(&from)), Some(Amount::from_sat(7000))));
    assert_eq!(
        tx.outputs.iter().map(|out| out.address.clone().unwrap()).collect::<Vec<_>>(),
        [ours(&to), ours(&change)]
    );
    let tip = explorer.tip().await.unwrap().value;
    assert_eq!(tip, block);
    let tip = explorer.block(&tip).await.unwrap().value;
    assert_eq!((tip.height, tip.hash), (101, block));
    let state = explorer.transaction(&paid).await.unwrap().value.state;
    assert_eq!(state.block().map(|b| (b.height, b.hash, b.time)), Some((101, Some(block), tip.time)));
    let said = explorer.totals(&ours(&from)).await.unwrap().value.said;
    let sats = |n| Some(Amount::from_sat(n));
    assert_eq!((said.confirmed.received, said.waiting.spent), (sats(12_000), sats(7000)));
}

#[tokio::test]
async fn a_changed_amount_does_not_match_the_txid() {
    let mut chain = FakeChain::new(NET);
    let address = chain.address(Kind::P2wsh, 1);
    let txid = chain.pay(&address, 5000);
    let server = FakeExplorer::start(chain);
    server.script([Trouble::TamperedAmount]);
    let tx = ask(&server).transaction(&txid).await.unwrap().value;
    assert_eq!(tx.txid, txid);
    assert_ne!(tx.recomputed_txid(), Some(txid));
}

#[tokio::test]
async fn says_what_is_wrong_with_an_answer() {
    let server = FakeExplorer::start(FakeChain::new(NET));
    let explorer = ask(&server);
    let txid: Txid = "ab".repeat(32).parse().unwrap();
    server.script([Trouble::html(), Trouble::garbage()]);
    let said = explorer.transaction(&txid).await.unwrap_err().to_string();
    assert_eq!(
        said,
        format!(
            "fake: answer to {}/tx/{txid} is a web page, not an explorer's answer; is /api missing from the URL?",
            server.url()
        )
    );
    let said = explorer.outspends(&txid).await.unwrap_err().to_string();
    assert!(said.contains("is not the JSON expected: "), "{said}");
    let missing = explorer.transaction(&txid).await.unwrap_err();
    assert!(matches!(missing, AskError::Http { .. }));
    assert_eq!(
        missing.to_string(),
        format!("fake: {} answered 404 to /api/tx/{txid}: Transaction not found", server.host())
    );
}

/// The fake chain itself: what leaves it, and what comes back.
#[tokio::test]
async fn chains_change() {
    let mut chain = FakeChain::new(NET);
    let address = chain.address(Kind::P2pkh, 1);
    let (kept, evicted, replaced) = (chain.pay(&address, 1), chain.pay(&address, 2), chain.pay(&address, 3));
    chain.evict(&evicted);
    let new = chain.replace(&replaced, &[(&address, 4)]);
    assert_ne!(new, replaced);
    let first = chain.mine();
    let server = FakeExplorer::start(chain);
    server.before(1, |chain| {
        chain.disconnect(1);
        chain.mine();
    });
    let explorer = ask(&server);
    assert_eq!(explorer.tip().await.unwrap().value, first);
    assert_ne!(explorer.tip().await.unwrap().value, first);
    assert!(explorer.block(&first).await.is_err());
    assert_eq!(walk(&explorer, &ours(&address)).await.0, BTreeSet::from([kept, new]));
    for gone in [evicted, replaced] {
        assert!(explorer.transaction(&gone).await.is_err());
    }
    server.chain.lock().unwrap().make_ghost(&kept);
    assert_eq!(explorer.transaction(&kept).await.unwrap().value.state, State::Mempool);
    assert_eq!(walk(&explorer, &ours(&address)).await.0, BTreeSet::from([new]));
}
