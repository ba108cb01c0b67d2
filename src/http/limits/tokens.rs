//! A document's tokens, counted before it is parsed.
//!
//! The parser takes a document apart by recursion, and remembers every token: what it is given must have few of both. This
//! goes through the text once and keeps nothing. It must find the end of a string and of a comment where the parser does, or
//! something could hide from it there.

use super::exceeded;
use crate::graphql::{ClientError, Code, Limit, Limits};

/// The byte order mark, which counts as a blank.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// Counts a text's tokens, and makes sure that they are no more than this and not nested too deeply.
///
/// # Errors
/// If not; and for a string that does not end.
pub(in crate::http) fn count(text: &str, most: u32) -> Result<u32, ClientError> {
    let mut rest = text.as_bytes();
    let (mut tokens, mut nested) = (0_u32, 0_u32);
    while let Some(&first) = rest.first() {
        let length = match first {
            b' ' | b'\t' | b'\r' | b'\n' | b',' => 1,
            b'#' => line(rest),
            _ if rest.starts_with(MARK) => MARK.len(),
            _ => {
                tokens += 1;
                match first {
                    b'(' | b'[' | b'{' => nested += 1,
                    b')' | b']' | b'}' => nested = nested.saturating_sub(1),
                    _ => (),
                }
                token(rest).ok_or_else(unterminated)?
            }
        };
        if tokens > most {
            return Err(exceeded(Limit::Tokens, most, None));
        }
        if nested > Limits::NESTED {
            return Err(exceeded(Limit::Depth, Limits::NESTED, None));
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    Ok(tokens)
}

/// How long the token, or the comment, is that a text begins with; nothing if it does not end.
pub(in crate::http) fn length(text: &str) -> Option<usize> {
    match text.as_bytes() {
        comment @ [b'#', ..] => Some(line(comment)),
        text => token(text),
    }
}

/// How long the token is that a text begins with; nothing if it does not end. A fraction counts as three, and what no document
/// may have byte by byte: the parser will say so.
fn token(text: &[u8]) -> Option<usize> {
    match text.first()? {
        b'"' => string(text),
        b'.' if text.starts_with(b"...") => Some(3),
        b'_' | b'-' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => Some(word(text)),
        _ => Some(1),
    }
}

/// How long a comment is: to the end of its line.
fn line(text: &[u8]) -> usize {
    let end = text.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
    end.unwrap_or(text.len())
}

/// How long a name or a whole number is.
fn word(text: &[u8]) -> usize {
    let first = usize::from(text.starts_with(b"-"));
    let rest = text.iter().skip(first);
    first
        + rest
            .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
            .count()
}

/// How long a string is, its quotes among it; nothing if it does not end.
fn string(text: &[u8]) -> Option<usize> {
    let block = text.starts_with(br#"""""#);
    let mut at = if block { 3 } else { 1 };
    loop {
        let rest = text.get(at..)?;
        at += match rest.first()? {
            b'"' if !block => return Some(at + 1),
            b'"' if rest.starts_with(br#"""""#) => return Some(at + 3),
            b'\\' if block && rest.starts_with(br#"\""""#) => 4,
            b'\\' if !block => 2,
            b'\r' | b'\n' if !block => return None,
            _ => 1,
        };
    }
}

fn unterminated() -> ClientError {
    ClientError::new(Code::ParseFailed, "The document is not GraphQL: a string does not end.")
}
