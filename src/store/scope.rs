//! The one way from a request to a row: a viewer, this request's database access and this request's loaders.

use std::{
    future::Future,
    sync::{
        Arc, Mutex, OnceLock, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use derive_where::derive_where;
use futures_util::future::{BoxFuture, join_all};

use super::{
    Error, Key, Known, Noun, Page, PageRequest, Parent,
    audit_entry::AuditEntry,
    batch::{self, Counts, Loader, Pages, Rows},
    change::{self, Call, Change, IdempotencyKey, Next, Refusal},
    content::Content,
    grant::Grant,
    media_item::MediaItem,
    membership::Membership,
    organization::Organization,
    purchase::Purchase,
    round::{self, Round},
    session::Session,
    user::User,
};
use crate::{
    database::{Asker, Observed, Pool, Reader},
    viewer::{Found, Viewer, identify_again},
};

/// Who reads, and through what.
#[derive(Debug)]
pub struct Access {
    pub(super) viewer: Arc<Viewer>,
    pub(super) reader: Arc<Reader>,
    pub(super) round: Round,
}

/// What a read may say when it fails, to each of those who waited for the same batch.
pub type Outcome<T> = Result<T, Arc<Error>>;

/// What one request may read and change. Made once a request; its fields are private, so that no row can be reached around the
/// viewer.
pub struct Scope {
    reader: Arc<Reader>,
    key: OnceLock<IdempotencyKey>,
    found: Mutex<Option<Found>>,
    tells_secrets: AtomicBool,
    now: RwLock<Arc<Now>>,
}

/// The viewer, and what has been read for them, up to the next change.
struct Now {
    access: Arc<Access>,
    loads: Loads,
    /// What need not be read.
    known: Option<Known>,
}

impl Now {
    fn new(viewer: Arc<Viewer>, reader: &Arc<Reader>, known: Option<Known>) -> Arc<Self> {
        let access = Arc::new(Access {
            viewer,
            reader: Arc::clone(reader),
            round: Round::default(),
        });
        Arc::new(Self {
            loads: Loads::default(),
            access,
            known,
        })
    }
}

impl Scope {
    /// The scope of a request by this viewer, for whom the reader acts from now on. `found`: what the first change is going to find.
    pub fn new(viewer: Viewer, reader: Reader, found: Option<Found>) -> Self {
        reader.act_for(Some(asker(&viewer)));
        let reader = Arc::new(reader);
        let known = Known::viewers(&viewer);
        Self {
            now: RwLock::new(Now::new(Arc::new(viewer), &reader, known)),
            key: OnceLock::new(),
            found: Mutex::new(found),
            tells_secrets: AtomicBool::new(false),
            reader,
        }
    }

    /// Who asks.
    pub fn viewer(&self) -> Arc<Viewer> {
        Arc::clone(&self.now().access.viewer)
    }

    /// Has the request's changes made once for this key, however often the request comes; and gives the first answer, if the
    /// request has been answered already. Nothing becomes of a key of the anonymous, who cannot be told apart.
    ///
    /// # Errors
    /// [`Refusal::KeyReused`], if the key came with another request.
    pub async fn answered(&self, key: IdempotencyKey) -> Result<Option<String>, Refusal> {
        let viewer = self.viewer();
        let Some(user_id) = viewer.user_id() else {
            return Ok(None);
        };
        let answer = key.answer(self.reader.connection(), user_id).await?;
        // A scope is one request's, which has one key.
        let _ = self.key.set(key);
        Ok(answer)
    }

    /// Keeps the request's answer for its key, if it has one, and unless it tells what is told only once. The viewer is who
    /// asked, whatever has become of them since.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn keep_answer(&self, viewer: &Viewer, answer: String) -> Result<(), Error> {
        match (self.key.get(), viewer.user_id()) {
            (Some(key), Some(user_id)) if !self.tells_secrets.load(Ordering::Relaxed) => {
                Ok(key.keep(self.reader.connection(), user_id, answer).await?)
            }
            _ => Ok(()),
        }
    }

    /// Makes this change, all of it or nothing. Its place is the name that its field has in the answer. What is read afterwards is what the change has left behind, by a viewer who is
    /// what it has made of them.
    ///
    /// # Errors
    /// [`Refusal`], and then nothing has changed.
    pub async fn change<C: Change>(&self, place: &str, change: &C) -> Result<C::Outcome, Refusal> {
        let viewer = self.viewer();
        if C::FOR_ANONYMOUS {
            self.tells_secrets.store(true, Ordering::Relaxed);
        }
        let call = Call {
            viewer: &viewer,
            connection: self.reader.connection(),
            place,
            key: self.key.get(),
        };
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (outcome, next) = change::run(&call, found, change).await?;
        let (viewer, known) = match next {
            Next::Same => (viewer, None),
            Next::Known(known) => (viewer, Some(known)),
            Next::Viewer(session_id) => {
                self.reader.act_for(None);
                let viewer = identify_again(&self.reader, session_id.as_deref(), viewer.tenant()).await?;
                self.reader.act_for(Some(asker(&viewer)));
                let known = Known::viewers(&viewer);
                (Arc::new(viewer), known)
            }
        };
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = Now::new(viewer, &self.reader, known);
        Ok(outcome)
    }

    /// A way to the database past the viewer, to prove who they are: what is written there stays, whatever becomes of a change.
    pub(super) fn aside(&self) -> &Observed<Pool> {
        self.reader.connection()
    }

    /// The row with this key, if the viewer may see it.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn row<N: Noun>(&self, key: Key, selection: Arc<N::Selection>) -> Outcome<Option<Arc<N>>> {
        let now = self.now();
        if let Some(row) = now.known.as_ref().and_then(|known| known.row::<N>(&key, &selection)) {
            return Ok(Some(row));
        }
        N::loads(&now.loads).rows.load(key, selection).await
    }

    /// A page of the rows that the viewer may see, of all or of one parent's.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn page<N: Noun>(&self, parent: Parent<N>, request: Arc<PageRequest<N>>) -> Outcome<Arc<Page<N>>> {
        N::loads(&self.now().loads).pages.load(parent, request).await
    }

    /// The same page of each of these parents', in their order.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn pages<N: Noun>(
        &self,
        parents: Vec<Parent<N>>,
        request: Arc<PageRequest<N>>,
    ) -> Outcome<Vec<Arc<Page<N>>>> {
        N::loads(&self.now().loads).pages.load_each(parents, request).await
    }

    /// How many rows the viewer may see, of all or of one parent's.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn count<N: Noun>(&self, parent: Parent<N>, filter: Arc<N::Filter>) -> Outcome<i64> {
        N::loads(&self.now().loads).counts.load(parent, filter).await
    }

    /// Runs a request's execution. Whenever it can go no further, all that its resolvers have asked for since is read: everything
    /// of one kind in one statement, and on PostgreSQL what is of several kinds, too, up to [`MOST_TOGETHER`](crate::database::MOST_TOGETHER).
    /// So the number of statements is a matter of the query's shape: neither sizes nor other requests have a part in it.
    pub async fn drive<T>(&self, execution: impl Future<Output = T>) -> T {
        let waiting = || self.now().loads.waiting();
        let run = || async {
            let now = self.now();
            now.loads.run(&now.access).await;
        };
        batch::drive(execution, waiting, run).await
    }

    fn now(&self) -> Arc<Now> {
        Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner))
    }
}

fn asker(viewer: &Viewer) -> Asker {
    Asker::new(viewer.user_id(), viewer.tenant())
}

/// One noun's loaders.
#[derive_where(Default)]
pub struct NounLoads<N: Noun> {
    rows: Loader<Rows<N>>,
    pages: Loader<Pages<N>>,
    counts: Loader<Counts<N>>,
}

impl<N: Noun> NounLoads<N> {
    fn waiting(&self) -> bool {
        self.rows.waiting() || self.pages.waiting() || self.counts.waiting()
    }

    async fn run(&self, access: &Arc<Access>) {
        tokio::join!(self.rows.run(access), self.pages.run(access), self.counts.run(access));
    }
}

macro_rules! loads {
    ($($noun:ident: $row:ty,)+) => {
        /// Every noun's loaders.
        #[derive(Default)]
        pub struct Loads { $(pub(super) $noun: NounLoads<$row>),+ }

        impl Loads {
            fn waiting(&self) -> bool {
                false $(|| self.$noun.waiting())+
            }

            async fn run(&self, access: &Arc<Access>) {
                let mut runs: Vec<BoxFuture<'_, ()>> = Vec::new();
                $(
                    if self.$noun.waiting() {
                        runs.push(Box::pin(self.$noun.run(access)));
                    }
                )+
                round::answer(access, join_all(runs)).await;
            }
        }
    };
}

loads! {
    audit_entry: AuditEntry,
    content: Content,
    grant: Grant,
    media_item: MediaItem,
    membership: Membership,
    organization: Organization,
    purchase: Purchase,
    session: Session,
    user: User,
}
