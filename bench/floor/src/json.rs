//! JSON, written as it goes, in the gateway's own spelling of ids, times and cursors.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

const HEX: &[u8; 16] = b"0123456789abcdef";

pub struct Json(pub String);

impl Json {
    pub fn new(capacity: usize) -> Self {
        Self(String::with_capacity(capacity))
    }

    pub fn raw(&mut self, text: &str) -> &mut Self {
        self.0.push_str(text);
        self
    }

    pub fn string(&mut self, text: &str) -> &mut Self {
        self.0.push('"');
        let mut rest = text;
        while let Some(at) = rest
            .bytes()
            .position(|byte| byte < 0x20 || byte == b'"' || byte == b'\\')
        {
            self.0.push_str(&rest[..at]);
            match rest.as_bytes()[at] {
                b'"' => self.0.push_str("\\\""),
                b'\\' => self.0.push_str("\\\\"),
                b'\n' => self.0.push_str("\\n"),
                byte => {
                    self.0.push_str("\\u00");
                    self.0.push(HEX[usize::from(byte >> 4)].into());
                    self.0.push(HEX[usize::from(byte & 15)].into());
                }
            }
            rest = &rest[at + 1..];
        }
        self.0.push_str(rest);
        self.0.push('"');
        self
    }

    pub fn optional(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.string(text),
            None => self.raw("null"),
        }
    }

    /// An enum's value: as the database has it, in capitals.
    pub fn name(&mut self, value: &str) -> &mut Self {
        self.0.push('"');
        self.0.extend(value.chars().map(|letter| letter.to_ascii_uppercase()));
        self.0.push('"');
        self
    }

    pub fn number(&mut self, number: Option<i64>) -> &mut Self {
        use std::fmt::Write;
        match number {
            Some(number) => _ = write!(self.0, "{number}"),
            None => self.0.push_str("null"),
        }
        self
    }

    pub fn boolean(&mut self, yes: bool) -> &mut Self {
        self.raw(if yes { "true" } else { "false" })
    }

    /// A global id of a row with a uuid, whose type and colon are `kind`.
    pub fn id(&mut self, kind: &str, uuid: &[u8]) -> &mut Self {
        let mut text = [0; 64];
        let (head, tail) = text.split_at_mut(kind.len());
        head.copy_from_slice(kind.as_bytes());
        for (place, byte) in tail.chunks_exact_mut(2).zip(uuid) {
            place.copy_from_slice(&[HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        }
        let length = kind.len() + 32;
        self.encoded(&text[..length])
    }

    /// A global id of a row with a key that is a text.
    pub fn text_id(&mut self, kind: &str, key: &str) -> &mut Self {
        self.encoded([kind, key].concat().as_bytes())
    }

    /// A cursor in the order of publication.
    pub fn cursor(&mut self, published_at: i64, uuid: &[u8]) -> &mut Self {
        let mut text = String::with_capacity(128);
        text.push_str(r#"{"o":"published_at","v":{"t":""#);
        time(&mut text, published_at, 6);
        text.push_str(r#""},"k":{"u":""#);
        for (position, byte) in uuid.iter().enumerate() {
            if matches!(position, 4 | 6 | 8 | 10) {
                text.push('-');
            }
            text.push(HEX[usize::from(byte >> 4)].into());
            text.push(HEX[usize::from(byte & 15)].into());
        }
        text.push_str(r#""}}"#);
        self.encoded(text.as_bytes())
    }

    fn encoded(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.push('"');
        URL_SAFE_NO_PAD.encode_string(bytes, &mut self.0);
        self.0.push('"');
        self
    }

    /// A time, with as many digits behind the point as it takes: none, three or six.
    pub fn time(&mut self, micros: Option<i64>) -> &mut Self {
        let Some(micros) = micros else { return self.raw("null") };
        let digits = match micros.rem_euclid(1_000_000) {
            0 => 0,
            fraction if fraction % 1_000 == 0 => 3,
            _ => 6,
        };
        self.0.push('"');
        time(&mut self.0, micros, digits);
        self.0.push('"');
        self
    }
}

/// Writes a time, given as PostgreSQL does: in microseconds since 2000-01-01, UTC.
fn time(text: &mut String, micros: i64, digits: usize) {
    let (seconds, fraction) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Days since 0000-03-01, so that a leap day is a year's last.
    let days = days + 730_425;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let year = era * 400 + year + next;

    two(text, year / 100);
    two(text, year % 100);
    for (before, value) in [
        ('-', month),
        ('-', day),
        ('T', second / 3_600),
        (':', second / 60 % 60),
        (':', second % 60),
    ] {
        text.push(before);
        two(text, value);
    }
    if digits > 0 {
        text.push('.');
        two(text, fraction / 10_000);
        text.push(digit(fraction / 1_000));
        if digits > 3 {
            text.push(digit(fraction / 100));
            two(text, fraction % 100);
        }
    }
    text.push('Z');
}

fn two(text: &mut String, number: i64) {
    text.push(digit(number / 10));
    text.push(digit(number));
}

fn digit(number: i64) -> char {
    char::from(b'0' + (number % 10) as u8)
}
