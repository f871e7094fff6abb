use crate::domain::Address;

/// Who an address belongs to, as far as a source names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelInfo {
    /// Who: `ShapeShift`.
    pub name: String,
    /// What they are: `exchange`, `swap service`, `mixer`.
    pub category: String,
    /// Whether coins that come to such an address have left their owner's hands: what a service does with them afterwards is its own
    /// business, and the trail stops.
    pub service: bool,
}

/// Where labels are looked up; the catalogue answers.
pub type Labels<'a> = &'a dyn Fn(&Address) -> Option<LabelInfo>;
