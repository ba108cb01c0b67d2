//! Connections: how many, how long they may do nothing, and how they end.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use axum::{ServiceExt, extract::Request};
use axum_server::{Handle, accept::Accept};
use tokio::{
    net::TcpStream,
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_io_timeout::TimeoutStream;
use tower_http::add_extension::AddExtension;

use super::Service;

/// How connections are held.
#[derive(Clone, Copy, Debug)]
pub struct ServerSettings {
    /// The most connections at once. Who comes when there are as many is turned away.
    pub connections: usize,
    /// How long a connection may wait for its next request, and a request's headers may take.
    pub idle: Duration,
    /// How long a client may leave an answer unread.
    pub write: Duration,
    /// How long requests may go on when the gateway is told to stop.
    pub grace: Duration,
}

impl ServerSettings {
    /// What holds where nothing else is set. What stands before a gateway usually keeps a connection for 60 seconds, and
    /// should be the one to end it.
    pub const USUAL: Self = Self {
        connections: 16_384,
        idle: Duration::from_secs(75),
        write: Duration::from_secs(30),
        grace: Duration::from_secs(20),
    };
}

/// How long a new connection may take to ask for something: most of those that do not are there to do harm.
const FIRST: Duration = Duration::from_secs(15);
/// The most requests at once on one HTTP/2 connection.
const STREAMS: u32 = 100;
/// The files that are open besides connections: the database's, the log, the listener.
const OTHER_FILES: usize = 256;

/// Serves until `stop` comes: then no more connections are taken, what runs may go on for the grace period, and the rest is
/// closed.
///
/// # Errors
/// If the listener fails.
pub async fn serve(
    listener: TcpListener,
    service: Service,
    settings: ServerSettings,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let handle = Handle::<SocketAddr>::new();
    let acceptor = Acceptor {
        places: Arc::new(Semaphore::new(affordable(settings.connections))),
        write: settings.write,
    };
    let mut server = axum_server::from_tcp(listener)?
        .handle(handle.clone())
        .first_request_timeout(FIRST.min(settings.idle))
        .acceptor(acceptor);
    let protocols = server.http_builder();
    protocols.http1().header_read_timeout(settings.idle);
    protocols
        .http2()
        .max_concurrent_streams(STREAMS)
        .keep_alive_interval(settings.idle)
        .keep_alive_timeout(settings.write);
    let serving = server.serve(ServiceExt::<Request>::into_make_service_with_connect_info::<SocketAddr>(service));
    let stopping = async {
        stop.await;
        handle.graceful_shutdown(Some(settings.grace));
        std::future::pending::<()>().await;
    };
    tokio::select! {
        served = serving => served,
        () = stopping => Ok(()),
    }
}

/// So many connections as the system has files for, which it is asked for.
fn affordable(connections: usize) -> usize {
    let wanted = connections.saturating_add(OTHER_FILES);
    match rlimit::increase_nofile_limit(wanted as u64) {
        Ok(files) if files < wanted as u64 => {
            let affordable = (files as usize).saturating_sub(OTHER_FILES).max(1);
            tracing::warn!("the system lets this process have {files} files: {affordable} connections at once");
            affordable
        }
        Ok(_) => connections,
        Err(error) => {
            tracing::warn!("cannot tell how many files this process may have: {error}");
            connections
        }
    }
    .min(Semaphore::MAX_PERMITS)
}

/// Takes connections, as long as there is a place for them.
#[derive(Clone)]
struct Acceptor {
    places: Arc<Semaphore>,
    write: Duration,
}

impl<S> Accept<TcpStream, S> for Acceptor {
    type Stream = Pin<Box<TimeoutStream<TcpStream>>>;
    /// The place goes with the service, which lives as long as its connection.
    type Service = AddExtension<S, Arc<OwnedSemaphorePermit>>;
    type Future = std::future::Ready<io::Result<(Self::Stream, Self::Service)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        std::future::ready(self.place(stream, service))
    }
}

impl Acceptor {
    #[expect(clippy::type_complexity, reason = "it is the trait's")]
    fn place<S>(
        &self,
        stream: TcpStream,
        service: S,
    ) -> io::Result<(
        <Self as Accept<TcpStream, S>>::Stream,
        <Self as Accept<TcpStream, S>>::Service,
    )> {
        let place = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_| io::Error::other("too many connections"))?;
        // An answer is written at once, and is not to wait for more.
        stream.set_nodelay(true)?;
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(self.write));
        Ok((Box::pin(stream), AddExtension::new(service, Arc::new(place))))
    }
}
