//! Relations that were read together with the rows they hang on.

use std::{collections::HashMap, sync::Arc};

use super::{Error, Key, Noun, page, scope::Access};

/// A relation to one row of another table.
#[derive(Clone, Debug)]
pub enum Relation<N> {
    /// The selection did not name it.
    NotRead,
    /// What there is to see: the row, if there is one and the viewer may.
    Read(Option<Arc<N>>),
}

impl<N> Relation<N> {
    /// The row, if there is one to see. `name` says which relation it is.
    ///
    /// # Errors
    /// If the relation was not read.
    pub fn get(&self, name: &'static str) -> Result<Option<&Arc<N>>, Error> {
        match self {
            Self::NotRead => Err(Error::NotRead(name)),
            Self::Read(row) => Ok(row.as_ref()),
        }
    }
}

/// A relation's key, and how it may be read.
pub(super) enum Door {
    /// A row that the viewer sees names it, and the rules say that this opens it.
    Open(Key),
    /// The viewer may see it or not, whatever row names it.
    Closed(Key),
}

/// Reads one relation of all rows with one statement, and attaches it.
pub(super) async fn attach<T, N: Noun>(
    access: &Access,
    rows: &mut [T],
    selection: Option<&N::Selection>,
    door: impl Fn(&T) -> Result<Option<Door>, Error>,
    set: impl Fn(&mut T, Relation<N>),
) -> Result<(), Error> {
    let Some(selection) = selection else { return Ok(()) };
    let (mut opened, mut asked) = (Vec::new(), Vec::new());
    for row in rows.iter() {
        match door(row)? {
            Some(Door::Open(key)) => opened.push(key),
            Some(Door::Closed(key)) => asked.push(key),
            None => (),
        }
    }
    let read: HashMap<Key, Arc<N>> = page::by_key(access, selection, &opened, &asked).await?;
    for row in rows {
        let found = match door(row)? {
            Some(Door::Open(key) | Door::Closed(key)) => read.get(&key).cloned(),
            None => None,
        };
        set(row, Relation::Read(found));
    }
    Ok(())
}
