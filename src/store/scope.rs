//! The one way from a request to a row: a viewer, this request's database access and this request's loaders.

use std::{future::Future, sync::Arc};

use super::{
    Error, Key, Noun, Page, PageRequest, Parent,
    batch::{self, Counts, Loader, Pages, Rows},
    content::Content,
    grant::Grant,
    media_item::MediaItem,
    membership::Membership,
    organization::Organization,
    purchase::Purchase,
    session::Session,
    user::User,
};
use crate::{
    database::{Asker, Reader},
    viewer::Viewer,
};

/// Who reads, and through what.
#[derive(Debug)]
pub struct Access {
    pub(super) viewer: Viewer,
    pub(super) reader: Reader,
}

/// What a read may say when it fails, to each of those who waited for the same batch.
pub type Outcome<T> = Result<T, Arc<Error>>;

/// What one request may read. Made once a request; its fields are private, so that no row can be reached around the viewer.
pub struct Scope {
    access: Arc<Access>,
    loads: Loads,
}

impl Scope {
    /// The scope of a request by this viewer, for whom the reader acts from now on.
    pub fn new(viewer: Viewer, mut reader: Reader) -> Self {
        reader.act_for(Asker::new(viewer.user_id(), viewer.tenant()));
        let access = Arc::new(Access { viewer, reader });
        Self {
            loads: Loads::new(&access),
            access,
        }
    }

    /// Who asks.
    pub fn viewer(&self) -> &Viewer {
        &self.access.viewer
    }

    /// How many statements the request has sent.
    pub fn statements(&self) -> u64 {
        self.access.reader.statements()
    }

    /// The row with this key, if the viewer may see it.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn row<N: Noun>(&self, key: Key, selection: Arc<N::Selection>) -> Outcome<Option<Arc<N>>> {
        N::loads(&self.loads).rows.load(key, selection).await
    }

    /// A page of the rows that the viewer may see, of all or of one parent's.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn page<N: Noun>(&self, parent: Parent<N>, request: Arc<PageRequest<N>>) -> Outcome<Arc<Page<N>>> {
        N::loads(&self.loads).pages.load(parent, request).await
    }

    /// How many rows the viewer may see, of all or of one parent's.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn count<N: Noun>(&self, parent: Parent<N>, filter: Arc<N::Filter>) -> Outcome<i64> {
        N::loads(&self.loads).counts.load(parent, filter).await
    }

    /// Runs a request's execution. Whenever it can go no further, all that its resolvers have asked for since is read, in one
    /// statement for everything of one kind. So the number of statements is a matter of the query's shape: neither sizes
    /// nor other requests have a part in it. With the execution ends what it held of the database.
    pub async fn drive<T>(&self, execution: impl Future<Output = T>) -> T {
        let output = batch::drive(execution, || self.loads.waiting(), || self.loads.run()).await;
        self.access.reader.end().await;
        output
    }
}

/// One noun's loaders.
pub struct NounLoads<N: Noun> {
    rows: Loader<Rows<N>>,
    pages: Loader<Pages<N>>,
    counts: Loader<Counts<N>>,
}

impl<N: Noun> NounLoads<N> {
    fn new(access: &Arc<Access>) -> Self {
        Self {
            rows: Loader::new(access),
            pages: Loader::new(access),
            counts: Loader::new(access),
        }
    }

    fn waiting(&self) -> bool {
        self.rows.waiting() || self.pages.waiting() || self.counts.waiting()
    }

    async fn run(&self) {
        self.rows.run().await;
        self.pages.run().await;
        self.counts.run().await;
    }
}

macro_rules! loads {
    ($($noun:ident: $row:ty,)+) => {
        /// Every noun's loaders.
        pub struct Loads { $(pub(super) $noun: NounLoads<$row>),+ }

        impl Loads {
            fn new(access: &Arc<Access>) -> Self {
                Self { $($noun: NounLoads::new(access)),+ }
            }

            fn waiting(&self) -> bool {
                false $(|| self.$noun.waiting())+
            }

            async fn run(&self) {
                $(self.$noun.run().await;)+
            }
        }
    };
}

loads! {
    content: Content,
    grant: Grant,
    media_item: MediaItem,
    membership: Membership,
    organization: Organization,
    purchase: Purchase,
    session: Session,
    user: User,
}
