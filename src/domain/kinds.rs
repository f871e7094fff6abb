/// An enum of kinds, each a line: the doc comment says what it means, the text is its name in the database, in files and in JSON.
macro_rules! kinds {
    ($(#[$attr:meta])* pub enum $of:ident { $($(#[doc = $doc:literal])+ $kind:ident = $name:literal,)+ }) => {
        $(#[$attr])*
        pub enum $of {
            $($(#[doc = $doc])+ $kind,)+
        }

        impl $of {
            /// All of them, in their order.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$kind),+];

            /// Its name in the database, in files and in JSON.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)+
                }
            }

            /// What it means, in a sentence.
            pub fn about(self) -> &'static str {
                match self {
                    $(Self::$kind => concat!($($doc),+).trim_start(),)+
                }
            }
        }
    };
}

pub(super) use kinds;
