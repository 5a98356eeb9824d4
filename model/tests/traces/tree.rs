//! Nested calls.

/// A function and what it called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    pub name: String,
    pub children: Vec<Node>,
}

/// From depths and names in order; the root has no name.
pub fn read(lines: impl Iterator<Item = (usize, String)>) -> Node {
    let mut stack = vec![Node::default()];
    for (depth, name) in lines {
        while stack.len() > depth + 1 {
            close(&mut stack);
        }
        stack.push(Node {
            name,
            children: Vec::new(),
        });
    }
    while stack.len() > 1 {
        close(&mut stack);
    }
    stack.remove(0)
}

fn close(stack: &mut Vec<Node>) {
    if let Some(done) = stack.pop()
        && let Some(parent) = stack.last_mut()
    {
        parent.children.push(done);
    }
}

impl Node {
    /// Only the functions kept; the others go with all that they call.
    pub fn without_subtrees(&self, keep: &dyn Fn(&str) -> bool) -> Node {
        let kept = self.children.iter().filter(|c| keep(&c.name));
        Node {
            name: self.name.clone(),
            children: kept.map(|c| c.without_subtrees(keep)).collect(),
        }
    }

    /// Only the functions kept; the others leave what they call to their caller, as inlined ones do.
    pub fn without(&self, keep: &dyn Fn(&str) -> bool) -> Node {
        let mut children = Vec::new();
        for child in &self.children {
            let child = child.without(keep);
            if keep(&child.name) {
                children.push(child);
            } else {
                children.extend(child.children);
            }
        }
        Node {
            name: self.name.clone(),
            children,
        }
    }

    /// Nothing below the functions named.
    pub fn leaves(&self, names: &[&str]) -> Node {
        let children = match names.contains(&self.name.as_str()) {
            true => Vec::new(),
            false => self.children.iter().map(|c| c.leaves(names)).collect(),
        };
        Node {
            name: self.name.clone(),
            children,
        }
    }

    /// Each function once below its caller, where it was called first.
    pub fn folded(&self) -> Node {
        let mut children: Vec<Node> = Vec::new();
        for child in &self.children {
            match children.iter_mut().find(|known| known.name == child.name) {
                Some(known) => known.children.extend(child.children.iter().cloned()),
                None => children.push(child.clone()),
            }
        }
        Node {
            name: self.name.clone(),
            children: children.iter().map(Node::folded).collect(),
        }
    }
}

/// Where two trees part, in words.
pub fn first_difference(recorded: &Node, model: &Node) -> String {
    let names = |node: &Node| {
        let names: Vec<&str> = node.children.iter().map(|c| c.name.as_str()).collect();
        names.join(" ")
    };
    if names(recorded) != names(model) {
        return format!(
            "{} calls [{}], in the model [{}]",
            recorded.name,
            names(recorded),
            names(model)
        );
    }
    let pairs = recorded.children.iter().zip(&model.children);
    let parted = pairs
        .filter(|(a, b)| a != b)
        .map(|(a, b)| first_difference(a, b));
    parted.into_iter().next().unwrap_or_default()
}
