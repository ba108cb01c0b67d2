//! The gateway, as a library: the binary and the tests share it.
