//! What input may be: the limits, in one place, and how what breaks them is told, all of it at once. Text is trimmed, and a
//! string of blanks is empty. Lengths are in characters.

use std::{collections::HashSet, fmt::Display, ops::RangeInclusive};

use url::Url;

use super::{Refusal, UserError, UserErrorCode};

/// The name of a person or an organization.
pub const NAME: RangeInclusive<usize> = 1..=255;
/// An email address. (The model sets no limit; no mail server takes a longer one.)
pub const EMAIL: RangeInclusive<usize> = 1..=254;
/// A password.
pub const PASSWORD: RangeInclusive<usize> = 8..=128;
/// The title of content.
pub const CONTENT_TITLE: RangeInclusive<usize> = 1..=500;
/// The title of a media item.
pub const MEDIA_TITLE: RangeInclusive<usize> = 1..=255;
/// An organization's slug.
pub const ORGANIZATION_SLUG: RangeInclusive<usize> = 1..=255;
/// The slug of content.
pub const CONTENT_SLUG: RangeInclusive<usize> = 1..=500;
/// What an organization or a media item is about.
pub const DESCRIPTION: RangeInclusive<usize> = 1..=5_000;
/// What content is about.
pub const CONTENT_DESCRIPTION: RangeInclusive<usize> = 1..=10_000;
/// The text of content.
pub const CONTENT_BODY: RangeInclusive<usize> = 1..=100_000;
/// The heading that content is listed under.
pub const CATEGORY: RangeInclusive<usize> = 1..=100;
/// How many tags content may have.
pub const MOST_TAGS: usize = 20;
/// One tag.
pub const TAG: RangeInclusive<usize> = 1..=50;
/// A price, in cents.
pub const PRICE_CENTS: RangeInclusive<i32> = 0..=10_000_000;
/// What is paid, and what anybody gets of it, in cents. (The model sets no upper limit; this is what a column holds.)
pub const PAID_CENTS: RangeInclusive<i32> = 0..=i32::MAX;
/// What the payment provider calls a payment.
pub const PAYMENT_REFERENCE: RangeInclusive<usize> = 1..=255;
/// An address on the web. (The model sets no limit; no browser takes a longer one.)
pub const URL: RangeInclusive<usize> = 1..=2_048;
/// The size of a file, in bytes: up to 5 GiB.
pub const FILE_SIZE_BYTES: RangeInclusive<i64> = 1..=5 * 1024 * 1024 * 1024;
/// How long media play, in seconds: up to a day.
pub const DURATION_SECONDS: RangeInclusive<i32> = 0..=86_400;
/// The width of a video, in pixels.
pub const WIDTH: RangeInclusive<i32> = 1..=7_680;
/// The height of a video, in pixels.
pub const HEIGHT: RangeInclusive<i32> = 1..=4_320;
/// A storage key.
pub const STORAGE_KEY: RangeInclusive<usize> = 1..=500;
/// The kinds of files that can be uploaded.
pub const MIME_TYPES: [&str; 9] = [
    "video/mp4",
    "video/quicktime",
    "video/x-msvideo",
    "video/webm",
    "audio/mpeg",
    "audio/mp4",
    "audio/wav",
    "audio/webm",
    "audio/ogg",
];

/// What a change says of a column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// Nothing: it stays what it is.
    #[default]
    Keep,
    /// That it holds nothing from now on.
    Clear,
    /// What it holds from now on.
    Set(T),
}

impl<T> Patch<T> {
    /// Looks at what is said, and puts what comes of it in the column's place. What is cleared becomes nothing.
    pub fn apply<U>(&self, column: &mut Option<U>, check: impl FnOnce(&T) -> Option<U>) {
        match self {
            Self::Keep => (),
            Self::Clear => *column = None,
            Self::Set(value) => *column = check(value),
        }
    }
}

/// Looks at input, and gathers what a person has to mend.
#[derive(Debug, Default)]
pub struct Checks(Vec<UserError>);

impl Checks {
    /// Nothing has been found yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// One more thing to mend.
    pub fn add(&mut self, error: UserError) {
        self.0.push(error);
    }

    /// One more thing to mend about a field: see [`UserError::field`].
    pub fn field(&mut self, code: UserErrorCode, field: &str, message: impl AsRef<str>) {
        self.add(UserError::field(code, field, message));
    }

    /// Whether there is something to mend about this field: then there is nothing to look up by it.
    pub fn found(&self, field: &str) -> bool {
        self.0.iter().any(|error| error.field.as_deref() == Some(field))
    }

    /// Goes on only if there is nothing to mend.
    ///
    /// # Errors
    /// [`Refusal::Invalid`], with everything at once.
    pub fn finish(self) -> Result<(), Refusal> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Refusal::Invalid(self.0))
        }
    }

    /// A text that has to be there.
    pub fn text(&mut self, field: &str, value: &str, length: RangeInclusive<usize>) -> String {
        let text = value.trim();
        if text.is_empty() {
            self.field(UserErrorCode::Required, field, "must not be empty");
        } else {
            self.length(field, text, length);
        }
        without_nul(text)
    }

    /// A text that may be missing; an empty one is.
    pub fn optional(&mut self, field: &str, value: &str, length: RangeInclusive<usize>) -> Option<String> {
        let text = value.trim();
        if text.is_empty() {
            return None;
        }
        self.length(field, text, length);
        Some(without_nul(text))
    }

    /// What a change says of a text that has to be there.
    pub fn patch_text(
        &mut self,
        field: &str,
        column: &mut String,
        patch: &Patch<String>,
        check: impl FnOnce(&mut Self, &str) -> String,
    ) {
        match patch {
            Patch::Keep => (),
            Patch::Clear => self.field(UserErrorCode::Required, field, "must not be null"),
            Patch::Set(text) => *column = check(self, text),
        }
    }

    /// What a change says of a value that has to be there.
    pub fn patch<T: Copy>(&mut self, field: &str, column: &mut T, patch: &Patch<T>) {
        match patch {
            Patch::Keep => (),
            Patch::Clear => self.field(UserErrorCode::Required, field, "must not be null"),
            Patch::Set(value) => *column = *value,
        }
    }

    /// A name in addresses: letters, digits and single hyphens between them.
    pub fn slug(&mut self, field: &str, value: &str, length: RangeInclusive<usize>) -> String {
        let slug = self.text(field, value, length);
        let part = |part: &str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        if !slug.is_empty() && !slug.split('-').all(part) {
            let message = "must be of lower-case letters (a to z), digits, and single hyphens between them";
            self.field(UserErrorCode::Malformed, field, message);
        }
        slug
    }

    /// An address on the web, which may be missing.
    pub fn url(&mut self, field: &str, value: &str) -> Option<String> {
        let text = self.optional(field, value, URL)?;
        let fine = Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if !fine {
            self.field(
                UserErrorCode::Malformed,
                field,
                "must be an address that begins with http:// or https://",
            );
        }
        Some(text)
    }

    /// An email address, in lower case: of the form that the authentication library takes, which is less than what there is.
    pub fn email(&mut self, field: &str, value: &str) -> String {
        let found = self.0.len();
        // In ASCII alone: there are other letters that would become one of its, and another's address.
        let email = self.text(field, value, EMAIL).to_ascii_lowercase();
        if self.0.len() == found && !is_email(&email) {
            let message = "must be an email address, such as somebody@example.com";
            self.field(UserErrorCode::Malformed, field, message);
        }
        email
    }

    /// A new password. Blanks are part of it.
    pub fn password(&mut self, field: &str, value: &str) {
        if value.is_empty() {
            self.secret(field, value);
        } else {
            self.length(field, value, PASSWORD);
        }
    }

    /// A password that is to be compared with the one that is kept.
    pub fn secret(&mut self, field: &str, value: &str) {
        if value.is_empty() {
            self.field(UserErrorCode::Required, field, "must not be empty");
        }
    }

    /// Tags: each once.
    pub fn tags(&mut self, field: &str, values: &[String]) -> Vec<String> {
        if values.len() > MOST_TAGS {
            let message = format!("must not have more than {MOST_TAGS} values");
            self.field(UserErrorCode::TooLong, field, message);
            return Vec::new();
        }
        let mut seen = HashSet::new();
        let mut tags = Vec::with_capacity(values.len());
        for (place, value) in values.iter().enumerate() {
            let field = format!("{field}.{place}");
            let tag = self.text(&field, value, TAG);
            if !tag.is_empty() && !seen.insert(tag.clone()) {
                self.field(UserErrorCode::Duplicate, &field, "is there already");
            }
            tags.push(tag);
        }
        tags
    }

    /// A number within a range.
    pub fn number<T: PartialOrd + Copy + Display>(&mut self, field: &str, value: T, range: RangeInclusive<T>) -> T {
        if !range.contains(&value) {
            let message = format!("must be from {} to {}", range.start(), range.end());
            self.field(UserErrorCode::OutOfRange, field, message);
        }
        value
    }

    /// Where a file is stored: letters, digits, `/`, `_` and `-`, and one ending at the most.
    pub fn storage_key(&mut self, field: &str, value: &str) -> String {
        let key = self.text(field, value, STORAGE_KEY);
        let (name, ending) = key.split_once('.').unwrap_or((&key, "0"));
        let fine = |text: &str, also: &[u8]| {
            !text.is_empty()
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || also.contains(&byte))
        };
        let formed = fine(name, b"/_-") && fine(ending, b"");
        if !key.is_empty() && !formed {
            let message = "must be of letters, digits, `/`, `_` and `-`, with an ending such as `.mp4` or none";
            self.field(UserErrorCode::Malformed, field, message);
        }
        key
    }

    /// What kind of file it is.
    pub fn mime_type(&mut self, field: &str, value: &str) -> String {
        let mime_type = value.trim().to_ascii_lowercase();
        if mime_type.is_empty() {
            self.field(UserErrorCode::Required, field, "must not be empty");
        } else if !MIME_TYPES.contains(&mime_type.as_str()) {
            let message = format!("must be one of {}", MIME_TYPES.join(", "));
            self.field(UserErrorCode::Malformed, field, message);
        }
        mime_type
    }

    /// A currency's ISO 4217 code.
    pub fn currency(&mut self, field: &str, value: &str) -> String {
        let code = value.trim().to_ascii_lowercase();
        if code.is_empty() {
            self.field(UserErrorCode::Required, field, "must not be empty");
        } else if code.len() != 3 || !code.bytes().all(|byte| byte.is_ascii_lowercase()) {
            let message = "must be a currency's code of three letters, such as usd";
            self.field(UserErrorCode::Malformed, field, message);
        }
        code
    }

    fn length(&mut self, field: &str, text: &str, length: RangeInclusive<usize>) {
        let characters = text.chars().count();
        if characters < *length.start() {
            let message = format!("must have at least {} characters", length.start());
            self.field(UserErrorCode::TooShort, field, message);
        } else if characters > *length.end() {
            let message = format!("must have at most {} characters, and has {characters}", length.end());
            self.field(UserErrorCode::TooLong, field, message);
        }
        if text.contains('\0') {
            self.field(UserErrorCode::Malformed, field, "must not contain the character NUL");
        }
    }
}

/// Whether the authentication library takes it for an email address. (It is in lower case already.)
fn is_email(text: &str) -> bool {
    let Some((name, domain)) = text.split_once('@') else {
        return false;
    };
    let all_of = |part: &str, also: &[u8]| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || also.contains(&byte))
    };
    let Some((domain, last)) = domain.rsplit_once('.') else {
        return false;
    };
    name.split('.').all(|part| all_of(part, b"_'+-"))
        && !name.ends_with('\'')
        && domain
            .split('.')
            .all(|part| all_of(part, b"-") && !part.starts_with('-'))
        && last.len() >= 2
        && last.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// PostgreSQL has no NUL in its texts, and would fail on one. What has one is refused, and yet it may be looked up by then, for
/// the person to be told all at once.
fn without_nul(text: &str) -> String {
    text.replace('\0', "")
}
