//! Transactions as numbers: a million of them fit in a few hundred megabytes, and following them is array access.

use hashbrown::HashMap;

use crate::domain::{Address, BlockRef, OutPoint, OutspendStatus, State, Time, Tx, Txid};

/// No transaction, address, input: indices stay below.
pub(super) const NONE: u32 = u32::MAX;

/// An input: the output that it spends, where that is recorded, or what was told of it.
#[derive(Clone, Debug)]
pub(super) struct Input {
    pub tx: u32,
    /// The transaction that made the coin, recorded or only named.
    pub prev: u32,
    pub vout: u32,
    /// The output spent; `NONE` where it is not recorded, or another transaction spends it.
    pub output: u32,
    pub address: u32,
    pub sats: Option<u64>,
    pub coinbase: bool,
}

/// An output and the input that spends it.
#[derive(Clone, Debug)]
pub(super) struct Output {
    pub tx: u32,
    pub sats: u64,
    pub address: u32,
    pub spender: u32,
}

/// Recorded transactions, joined by what spends what. Where the same was added in another order, the same is found in it.
#[derive(Debug, Default)]
pub struct Graph {
    pub(super) txids: Vec<Txid>,
    recorded: Vec<bool>,
    blocks: Vec<Option<(u32, Time)>>,
    fingerprints: Vec<Option<u32>>,
    first_input: Vec<u32>,
    first_output: Vec<u32>,
    pub(super) inputs: Vec<Input>,
    pub(super) outputs: Vec<Output>,
    addresses: Vec<Address>,
    address_ids: HashMap<Address, u32>,
    ids: HashMap<Txid, u32>,
    outspends: HashMap<u32, OutspendStatus>,
}

impl Graph {
    /// Recorded transactions.
    pub fn len(&self) -> usize {
        self.recorded.iter().filter(|r| **r).count()
    }

    /// Whether nothing is recorded.
    pub fn is_empty(&self) -> bool {
        self.outputs.is_empty()
    }

    /// Whether that transaction is recorded.
    pub fn holds(&self, txid: &Txid) -> bool {
        self.ids.get(txid).is_some_and(|id| self.is_recorded(*id))
    }

    /// The outputs of a recorded transaction.
    pub fn outpoints(&self, txid: &Txid) -> Vec<OutPoint> {
        let Some(tx) = self.ids.get(txid) else { return Vec::new() };
        (0..).zip(self.outputs_of(*tx)).map(|(vout, _)| OutPoint::new(*txid, vout)).collect()
    }

    pub(super) fn is_recorded(&self, tx: u32) -> bool {
        self.recorded.get(tx as usize).copied().unwrap_or(false)
    }

    pub(super) fn count(&self) -> usize {
        self.txids.len()
    }

    pub(super) fn tx_ids(&self) -> impl Iterator<Item = u32> + '_ {
        (0..).zip(&self.recorded).filter(|(_, recorded)| **recorded).map(|(tx, _)| tx)
    }

    pub(super) fn txid(&self, tx: u32) -> Txid {
        self.txids[tx as usize]
    }

    /// Height and time of the block; `None` while it waits.
    pub(super) fn block(&self, tx: u32) -> Option<(u32, Time)> {
        self.blocks[tx as usize]
    }

    /// What the software that made it is told by: version, lock time in use, kinds of sequence; `None` where not told.
    pub(super) fn fingerprint(&self, tx: u32) -> Option<u32> {
        self.fingerprints[tx as usize]
    }

    pub(super) fn input_range(&self, tx: u32) -> std::ops::Range<u32> {
        self.first_input[tx as usize]..self.first_input[tx as usize + 1]
    }

    pub(super) fn output_range(&self, tx: u32) -> std::ops::Range<u32> {
        self.first_output[tx as usize]..self.first_output[tx as usize + 1]
    }

    pub(super) fn inputs_of(&self, tx: u32) -> &[Input] {
        let range = self.input_range(tx);
        &self.inputs[range.start as usize..range.end as usize]
    }

    pub(super) fn outputs_of(&self, tx: u32) -> &[Output] {
        let range = self.output_range(tx);
        &self.outputs[range.start as usize..range.end as usize]
    }

    pub(super) fn address(&self, id: u32) -> Option<&Address> {
        self.addresses.get(id as usize)
    }

    pub(super) fn address_id(&self, address: &Address) -> Option<u32> {
        self.address_ids.get(address).copied()
    }

    pub(super) fn address_count(&self) -> usize {
        self.addresses.len()
    }

    pub(super) fn output_id(&self, at: &OutPoint) -> Option<u32> {
        let range = self.output_range(*self.ids.get(&at.txid)?);
        range.start.checked_add(at.vout).filter(|output| *output < range.end)
    }

    pub(super) fn outpoint(&self, output: u32) -> OutPoint {
        let tx = self.outputs[output as usize].tx;
        OutPoint::new(self.txid(tx), output - self.output_range(tx).start)
    }

    pub(super) fn outspend(&self, output: u32) -> Option<&OutspendStatus> {
        self.outspends.get(&output)
    }

    /// Satoshis that the inputs bring in; `None` where one of them is not told. Newly mined coins are what is paid out.
    pub(super) fn spent(&self, tx: u32) -> Option<u64> {
        let inputs = self.inputs_of(tx);
        if inputs.iter().any(|input| input.coinbase) {
            return self.paid(tx);
        }
        inputs.iter().try_fold(0_u64, |sum, input| sum.checked_add(input.sats?))
    }

    /// Satoshis that the outputs pay; `None` where the sum cannot exist.
    pub(super) fn paid(&self, tx: u32) -> Option<u64> {
        self.outputs_of(tx).iter().try_fold(0_u64, |sum, output| sum.checked_add(output.sats))
    }

    /// The miner's fee; `None` where it is not known, or where more is paid than comes in.
    pub(super) fn fee(&self, tx: u32) -> Option<u64> {
        self.spent(tx)?.checked_sub(self.paid(tx)?)
    }
}

/// Takes transactions in any order.
#[derive(Debug, Default)]
pub struct GraphBuilder {
    graph: Graph,
    parts: Vec<Option<(Vec<Input>, Vec<Output>)>>,
    said: Vec<(OutPoint, OutspendStatus)>,
}

impl GraphBuilder {
    /// A builder without transactions.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a transaction; one that is there already, or is gone, is left out.
    pub fn add(&mut self, tx: &Tx) {
        let id = self.id(tx.txid);
        if tx.state == State::Gone || self.graph.recorded[id as usize] {
            return;
        }
        let place = |block: &BlockRef| (block.height, block.time);
        self.graph.recorded[id as usize] = true;
        self.graph.blocks[id as usize] = tx.state.block().map(place);
        self.graph.fingerprints[id as usize] = fingerprint(tx);
        let mut inputs = Vec::with_capacity(tx.inputs.len());
        for input in &tx.inputs {
            let prev = input.prev_txid.filter(|_| input.prev_vout.is_some()).map_or(NONE, |txid| self.id(txid));
            inputs.push(Input {
                tx: id,
                prev,
                vout: input.prev_vout.unwrap_or(NONE),
                output: NONE,
                address: self.address(input.address.as_ref()),
                sats: input.value.map(|v| v.to_sat()),
                coinbase: input.coinbase,
            });
        }
        let mut outputs = Vec::with_capacity(tx.outputs.len());
        for output in &tx.outputs {
            let address = self.address(output.address.as_ref());
            outputs.push(Output { tx: id, sats: output.value.to_sat(), address, spender: NONE });
        }
        self.parts[id as usize] = Some((inputs, outputs));
    }

    /// Notes what somebody said of an output; it counts where no recorded transaction spends it.
    pub fn say(&mut self, output: OutPoint, outspend: OutspendStatus) {
        self.said.push((output, outspend));
    }

    /// Joins what was added.
    pub fn finish(mut self) -> Graph {
        let parts = std::mem::take(&mut self.parts);
        let graph = &mut self.graph;
        for part in parts {
            graph.first_input.push(index(graph.inputs.len()));
            graph.first_output.push(index(graph.outputs.len()));
            if let Some((inputs, outputs)) = part {
                graph.inputs.extend(inputs);
                graph.outputs.extend(outputs);
            }
        }
        graph.first_input.push(index(graph.inputs.len()));
        graph.first_output.push(index(graph.outputs.len()));
        for at in 0..graph.inputs.len() {
            join(graph, at);
        }
        for at in 0..graph.inputs.len() {
            let input = &graph.inputs[at];
            if input.prev == NONE || !graph.is_recorded(input.prev) {
                continue;
            }
            // Address and value of what is spent are those of the output, whatever was told with the input.
            let range = graph.output_range(input.prev);
            let output = range.start.checked_add(input.vout).filter(|output| *output < range.end);
            let claimed = output.filter(|output| graph.outputs[*output as usize].spender as usize == at);
            let told = output.map(|output| &graph.outputs[output as usize]).map(|o| (o.address, o.sats));
            let input = &mut graph.inputs[at];
            input.output = claimed.unwrap_or(NONE);
            (input.address, input.sats) = told.map_or((NONE, None), |(address, sats)| (address, Some(sats)));
        }
        for (outpoint, outspend) in self.said {
            if let Some(output) = graph.output_id(&outpoint) {
                graph.outspends.insert(output, outspend);
            }
        }
        self.graph
    }

    fn id(&mut self, txid: Txid) -> u32 {
        let next = index(self.graph.txids.len());
        let id = *self.graph.ids.entry(txid).or_insert(next);
        if id == next {
            self.graph.txids.push(txid);
            self.graph.recorded.push(false);
            self.graph.blocks.push(None);
            self.graph.fingerprints.push(None);
            self.parts.push(None);
        }
        id
    }

    fn address(&mut self, address: Option<&Address>) -> u32 {
        let Some(address) = address else { return NONE };
        if let Some(id) = self.graph.address_ids.get(address) {
            return *id;
        }
        let id = index(self.graph.addresses.len());
        self.graph.addresses.push(address.clone());
        self.graph.address_ids.insert(address.clone(), id);
        id
    }
}

/// Gives the output to the input that spends it. Where two claim it, which no chain can hold, the confirmed one counts, then
/// the one in the lower block, then the smaller txid: never the one that was added first.
fn join(graph: &mut Graph, at: usize) {
    let input = &graph.inputs[at];
    if input.prev == NONE || !graph.is_recorded(input.prev) {
        return;
    }
    let range = graph.output_range(input.prev);
    let Some(output) = range.start.checked_add(input.vout).filter(|output| *output < range.end) else { return };
    let rank = |input: u32| {
        let tx = graph.inputs[input as usize].tx;
        (graph.block(tx).map_or(u32::MAX, |block| block.0), graph.txid(tx), input)
    };
    let (now, at) = (graph.outputs[output as usize].spender, index(at));
    if now == NONE || rank(at) < rank(now) {
        graph.outputs[output as usize].spender = at;
    }
}

/// Version, whether a lock time is in use, and whether all inputs are final, replaceable or in between.
fn fingerprint(tx: &Tx) -> Option<u32> {
    let version = u32::try_from(tx.version?).unwrap_or_default().min(0xff);
    let locked = u32::from(tx.lock_time? > 0);
    let sequences = tx.inputs.iter().map(|input| input.sequence).collect::<Option<Vec<_>>>()?;
    let highest = sequences.iter().max().copied().unwrap_or_default();
    // BIP 125: replaceable below 0xfffffffe.
    let kind = if highest == u32::MAX { 0 } else { 1 + u32::from(highest < 0xffff_fffe) };
    Some(version << 8 | locked << 2 | kind)
}

/// Four billion inputs are more than the chain has had: what does not fit is not found.
pub(super) fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(NONE)
}
