//! Numbers that the modelled C has printed, as bars.

use yew::{Html, html};

/// Width of a bar in its own units.
const WIDTH: f64 = 400.0;

/// One printed line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Before the colon.
    pub name: String,
    /// Behind it.
    pub number: u64,
}

impl Bar {
    /// Reads `name: number`; other lines are no bars.
    pub fn parse(line: &str) -> Option<Bar> {
        let (name, number) = line.rsplit_once(": ")?;
        Some(Bar {
            name: name.trim().into(),
            number: number.trim().parse().ok()?,
        })
    }
}

/// A table with a bar in each row; the longest fills its column.
pub fn bars(bars: &[Bar]) -> Html {
    let most = bars.iter().map(|bar| bar.number).max().unwrap_or(0).max(1);
    let rows = bars.iter().map(|bar| {
        let width = (bar.number as f64 / most as f64 * WIDTH).to_string();
        html! {
            <tr>
                <th scope="row">{&bar.name}</th>
                <td class="number">{bar.number}</td>
                <td>
                    <svg class="bar" viewBox="0 0 400 16" preserveAspectRatio="none" aria-hidden="true">
                        <rect class="all" x="0" y="1" width="400" height="14" />
                        <rect class="free" x="0" y="1" {width} height="14" />
                    </svg>
                </td>
            </tr>
        }
    });
    html! {
        <table class="bars">
            <thead><tr>
                <th scope="col">{"printed by the C text"}</th><th scope="col">{"pages"}</th>
                <th scope="col">{"as a bar"}</th>
            </tr></thead>
            <tbody>{for rows}</tbody>
        </table>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_bars() {
        let bar = Bar::parse("GFP_ATOMIC | x: 12").unwrap();
        assert_eq!((bar.name.as_str(), bar.number), ("GFP_ATOMIC | x", 12));
        assert_eq!(Bar::parse("nothing here"), None);
        assert_eq!(Bar::parse("page allocation failure: order:0"), None);
    }
}
