//! What one step is said to have broken again and again.

use super::Finding;

/// Findings with the same rule and class that are kept of one step: nobody reads more.
const FINDINGS_OF_A_KIND_MAX: usize = 20;

/// A step may be a loop of any length, such as a walk through a broken list that goes round in it.
/// What was said of the step is not said again; of what a kernel prints only the begin is kept.
pub(super) fn without(all: Vec<Finding>) -> Vec<Finding> {
    if all.len() < 2 {
        return all;
    }
    let mut kept: Vec<Finding> = Vec::new();
    for finding in all {
        let of_its_kind = |f: &&Finding| f.rule == finding.rule && f.class == finding.class;
        let said = !finding.printed && kept.contains(&finding);
        if !said && kept.iter().filter(of_its_kind).count() < FINDINGS_OF_A_KIND_MAX {
            kept.push(finding);
        }
    }
    kept
}
