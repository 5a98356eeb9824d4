//! Functions that a recorded trace shows and that are not compared.

/// The model has a function of that name, but not what it does below.
pub const NOT_MODELLED: &[&str] = &[];
