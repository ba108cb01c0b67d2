//! Loaders that live for one request, and the hand that drives them.
//!
//! The crate `dataloader` decides when a batch is full by yielding a number of times; under load that tears batches apart. Here
//! keys are gathered until the request's execution has stalled, and only then given to the loader, all at once.

use std::{
    collections::{HashMap, hash_map::RandomState},
    fmt::{self, Debug},
    future::{Future, poll_fn},
    hash::{BuildHasher, Hash, Hasher},
    marker::PhantomData,
    pin::pin,
    sync::{
        Arc, LazyLock, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use dataloader::{BatchFn, cached};
use derive_where::derive_where;
use futures_util::future::join_all;
use tokio::sync::oneshot;

use super::{
    Error, Key, Noun, Page, PageRequest, Parent, read,
    scope::{Access, Outcome},
};

/// A kind of reading: many of it, if they differ in nothing but whose they are, are one question.
pub(super) trait Batched: 'static {
    /// What tells one apart from another of its batch.
    type Own: Clone + Debug + Eq + Hash + Send + Sync;
    /// What is the same for all of a batch.
    type Shared: Debug + Eq + Hash + Send + Sync;
    /// What is read. What a batch does not mention is the default: nothing.
    type Value: Clone + Default + Send + Sync;

    fn read(
        access: &Access,
        shared: &Self::Shared,
        owns: &[Self::Own],
    ) -> impl Future<Output = Result<HashMap<Self::Own, Self::Value>, Error>> + Send;
}

/// Reads rows by key.
pub(super) struct Rows<N>(PhantomData<fn() -> N>);

impl<N: Noun> Batched for Rows<N> {
    type Own = Key;
    type Shared = N::Selection;
    type Value = Option<Arc<N>>;

    async fn read(
        access: &Access,
        selection: &N::Selection,
        keys: &[Key],
    ) -> Result<HashMap<Key, Option<Arc<N>>>, Error> {
        read::rows(access, selection, keys).await
    }
}

/// Reads pages.
pub(super) struct Pages<N>(PhantomData<fn() -> N>);

impl<N: Noun> Batched for Pages<N> {
    type Own = Parent<N>;
    type Shared = PageRequest<N>;
    type Value = Arc<Page<N>>;

    async fn read(
        access: &Access,
        request: &PageRequest<N>,
        parents: &[Parent<N>],
    ) -> Result<HashMap<Parent<N>, Arc<Page<N>>>, Error> {
        read::pages(access, request, parents).await
    }
}

/// Counts rows.
pub(super) struct Counts<N>(PhantomData<fn() -> N>);

impl<N: Noun> Batched for Counts<N> {
    type Own = Parent<N>;
    type Shared = N::Filter;
    type Value = i64;

    async fn read(
        access: &Access,
        filter: &N::Filter,
        parents: &[Parent<N>],
    ) -> Result<HashMap<Parent<N>, i64>, Error> {
        read::counts(access, filter, parents).await
    }
}

/// A loader's key.
#[derive_where(Clone, PartialEq, Eq, Hash)]
struct Ask<R: Batched> {
    own: Hashed<R::Own>,
    shared: Hashed<Arc<R::Shared>>,
}

/// A part of a key. The crate and the batch look each key up about eight times, so its hash is found once.
#[derive(Clone, PartialEq, Eq)]
struct Hashed<T> {
    hash: u64,
    value: T,
}

impl<T: Hash> Hashed<T> {
    fn new(value: T) -> Self {
        static STATE: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        let hash = STATE.hash_one(&value);
        Self { hash, value }
    }
}

impl<T> Hash for Hashed<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

/// Says no more than it has to: the crate prepares a message with every key that it looks up, for when it is not there.
impl<R: Batched> Debug for Ask<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }
}

/// Reads what was asked for, one question for each group that shares all but its own part.
struct Batch<R> {
    access: Arc<Access>,
    reading: PhantomData<fn() -> R>,
}

impl<R: Batched> BatchFn<Ask<R>, Outcome<R::Value>> for Batch<R> {
    async fn load(&mut self, keys: &[Ask<R>]) -> HashMap<Ask<R>, Outcome<R::Value>> {
        let mut groups: HashMap<&Hashed<Arc<R::Shared>>, Vec<&Ask<R>>> = HashMap::new();
        for key in keys {
            groups.entry(&key.shared).or_default().push(key);
        }
        let reading = groups.into_iter().map(async |(shared, keys)| {
            self.access.reader.connection().journal().batch(keys.len());
            let owns: Vec<R::Own> = keys.iter().map(|key| key.own.value.clone()).collect();
            let values = R::read(&self.access, &shared.value, &owns).await.map_err(Arc::new);
            (keys, values)
        });
        let mut read = HashMap::with_capacity(keys.len());
        for (keys, values) in join_all(reading).await {
            for key in keys {
                let value = match &values {
                    Ok(values) => Ok(values.get(&key.own.value).cloned().unwrap_or_default()),
                    Err(error) => Err(Arc::clone(error)),
                };
                read.insert(key.clone(), value);
            }
        }
        read
    }
}

/// Whoever waits for some keys.
struct Waiting<R: Batched> {
    keys: Vec<Ask<R>>,
    sender: oneshot::Sender<Outcome<Vec<R::Value>>>,
}

/// Gathers keys, and keeps what was read for them until the request ends.
#[derive_where(Default)]
pub(super) struct Loader<R: Batched> {
    /// There from the first batch on: most requests need few of all loaders.
    cache: OnceLock<Cache<R>>,
    waiting: Mutex<Vec<Waiting<R>>>,
}

type Cache<R> = cached::Loader<Ask<R>, Outcome<<R as Batched>::Value>, Batch<R>>;

impl<R: Batched> Loader<R> {
    fn cache(&self, access: &Arc<Access>) -> &Cache<R> {
        self.cache.get_or_init(|| {
            let batch = Batch {
                access: Arc::clone(access),
                reading: PhantomData,
            };
            cached::Loader::new(batch)
                .with_max_batch_size(usize::MAX)
                .with_yield_count(0)
        })
    }

    /// Asks for one thing, and waits until [`drive`] has had it read.
    pub(super) async fn load(&self, own: R::Own, shared: Arc<R::Shared>) -> Outcome<R::Value> {
        let mut values = self.load_each(vec![own], shared).await?;
        values.pop().ok_or_else(|| Arc::new(Error::LeftOut))
    }

    /// The same of several, which are given in their order.
    pub(super) async fn load_each(&self, owns: Vec<R::Own>, shared: Arc<R::Shared>) -> Outcome<Vec<R::Value>> {
        if owns.is_empty() {
            return Ok(Vec::new());
        }
        let (sender, receiver) = oneshot::channel();
        self.ask(owns, shared, sender);
        receiver.await.unwrap_or_else(|_| Err(Arc::new(Error::LeftOut)))
    }

    pub(super) fn waiting(&self) -> bool {
        !self.queue().is_empty()
    }

    /// Reads all that was asked for since the last time.
    pub(super) async fn run(&self, access: &Arc<Access>) {
        let waiting = std::mem::take(&mut *self.queue());
        if waiting.is_empty() {
            return;
        }
        let keys = waiting.iter().flat_map(|waiting| &waiting.keys).cloned().collect();
        let read = self.cache(access).try_load_many(keys).await.unwrap_or_default();
        let outcome = |key: &Ask<R>| read.get(key).cloned().unwrap_or_else(|| Err(Arc::new(Error::LeftOut)));
        for Waiting { keys, sender } in waiting {
            // Whoever does not wait any more has no use for it.
            let _ = sender.send(keys.iter().map(outcome).collect());
        }
    }

    fn ask(&self, owns: Vec<R::Own>, shared: Arc<R::Shared>, sender: oneshot::Sender<Outcome<Vec<R::Value>>>) {
        let mut queue = self.queue();
        // Most often it is as the last: the same list, of the next row. To compare takes less than to find the hash.
        let shared = match queue.last().and_then(|last| last.keys.last()) {
            Some(last) if *last.shared.value == *shared => last.shared.clone(),
            _ => Hashed::new(shared),
        };
        let key = |own| Ask {
            own: Hashed::new(own),
            shared: shared.clone(),
        };
        let keys = owns.into_iter().map(key).collect();
        queue.push(Waiting { keys, sender });
    }

    fn queue(&self) -> MutexGuard<'_, Vec<Waiting<R>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Polls `execution` to its end; whenever it stands still and keys are `waiting`, reads them with `run`.
pub(super) async fn drive<T, R: Future<Output = ()>>(
    execution: impl Future<Output = T>,
    waiting: impl Fn() -> bool,
    run: impl Fn() -> R,
) -> T {
    // Tokio makes a task that has polled much pause in a way that looks like standing still: batches would tear at some size.
    let mut execution = pin!(tokio::task::unconstrained(execution));
    loop {
        let step = poll_fn(|context| {
            let watch = Arc::new(Watch {
                outer: context.waker().clone(),
                woken: AtomicBool::new(false),
            });
            let waker = Waker::from(Arc::clone(&watch));
            match execution.as_mut().poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(output) => Poll::Ready(Some(output)),
                // It has only paused to let others run, and will go on by itself: more keys may come.
                Poll::Pending if watch.woken.load(Ordering::Acquire) => Poll::Pending,
                Poll::Pending if waiting() => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            }
        });
        match step.await {
            Some(output) => return output,
            None => run().await,
        }
    }
}

/// Notices whether a future woke itself while it was polled.
struct Watch {
    outer: Waker,
    woken: AtomicBool,
}

impl Wake for Watch {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::Release);
        self.outer.wake_by_ref();
    }
}
