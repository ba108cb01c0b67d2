//! How the demo catalogue is written down: a line or two for each piece of content.

use entity::{
    content::{ContentType, Status, Visibility},
    media_item::{self, MediaType},
};

/// What one creator made in one place, under one heading.
pub(super) struct Shelf {
    /// The organization's slug. None: it is personal.
    pub(super) organization: Option<&'static str>,
    pub(super) creator: &'static str,
    pub(super) category: &'static str,
    pub(super) pieces: Vec<Piece>,
}

/// What somebody made in an organization.
pub(super) fn made_in(
    organization: &'static str,
    creator: &'static str,
    category: &'static str,
    pieces: Vec<Piece>,
) -> Shelf {
    Shelf {
        organization: Some(organization),
        creator,
        category,
        pieces,
    }
}

/// What somebody made for themselves.
pub(super) fn personal(creator: &'static str, category: &'static str, pieces: Vec<Piece>) -> Shelf {
    Shelf {
        organization: None,
        creator,
        category,
        pieces,
    }
}

/// What a piece of content shows.
pub(super) enum Shows {
    /// Its own text, by paragraphs; a draft may have none.
    Text(&'static [&'static str]),
    /// A media item of its own, of so many minutes.
    Media {
        media_type: MediaType,
        minutes: i32,
        status: media_item::Status,
        deleted: bool,
    },
    /// The media item of the piece with this slug, which comes before it.
    MediaOf(&'static str),
    /// Nothing yet.
    Nothing,
}

/// A piece of content. Public and published today, until its line says otherwise.
pub(super) struct Piece {
    pub(super) title: &'static str,
    pub(super) about: &'static str,
    pub(super) content_type: ContentType,
    pub(super) shows: Shows,
    pub(super) tags: Vec<&'static str>,
    pub(super) visibility: Visibility,
    pub(super) price_cents: Option<i32>,
    pub(super) status: Status,
    /// How many days ago it was published, or begun if it is a draft.
    pub(super) days: i64,
    /// How many days ago it was deleted.
    pub(super) deleted: Option<i64>,
}

fn piece(title: &'static str, about: &'static str, content_type: ContentType, shows: Shows) -> Piece {
    Piece {
        title,
        about,
        content_type,
        shows,
        tags: Vec::new(),
        visibility: Visibility::Public,
        price_cents: None,
        status: Status::Published,
        days: 0,
        deleted: None,
    }
}

fn media(media_type: MediaType, minutes: i32) -> Shows {
    Shows::Media {
        media_type,
        minutes,
        status: media_item::Status::Ready,
        deleted: false,
    }
}

/// A video of so many minutes, ready to be played.
pub(super) fn video(title: &'static str, minutes: i32, about: &'static str) -> Piece {
    piece(title, about, ContentType::Video, media(MediaType::Video, minutes))
}

/// Audio of so many minutes, ready to be played.
pub(super) fn audio(title: &'static str, minutes: i32, about: &'static str) -> Piece {
    piece(title, about, ContentType::Audio, media(MediaType::Audio, minutes))
}

/// A text, by paragraphs.
pub(super) fn written(title: &'static str, about: &'static str, paragraphs: &'static [&'static str]) -> Piece {
    piece(title, about, ContentType::Written, Shows::Text(paragraphs))
}

impl Piece {
    /// Its name in addresses: the title's words, in lower case.
    pub(super) fn slug(&self) -> String {
        let lower = self.title.to_lowercase().replace('\'', "");
        let words: Vec<&str> = lower
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect();
        words.join("-")
    }

    /// Its tags, separated by commas.
    pub(super) fn tags(self, tags: &'static str) -> Self {
        Self {
            tags: tags.split(", ").collect(),
            ..self
        }
    }

    /// For its creator, its organization's managers and whoever was given a grant.
    pub(super) fn private(self) -> Self {
        Self {
            visibility: Visibility::Private,
            ..self
        }
    }

    /// For the organization's members.
    pub(super) fn members_only(self) -> Self {
        Self {
            visibility: Visibility::MembersOnly,
            ..self
        }
    }

    /// For its buyers, who may have it for nothing unless [`Piece::price`] says otherwise.
    pub(super) fn purchased_only(self) -> Self {
        Self {
            visibility: Visibility::PurchasedOnly,
            ..self
        }
    }

    /// What it costs, in cents.
    pub(super) fn price(self, cents: i32) -> Self {
        Self {
            price_cents: Some(cents),
            ..self
        }
    }

    /// For its buyers, at this price in cents.
    pub(super) fn for_sale(self, cents: i32) -> Self {
        self.purchased_only().price(cents)
    }

    /// Published so many days ago.
    pub(super) fn published(self, days: i64) -> Self {
        Self {
            status: Status::Published,
            days,
            ..self
        }
    }

    /// Published so many days ago, and archived since.
    pub(super) fn archived(self, days: i64) -> Self {
        Self {
            status: Status::Archived,
            days,
            ..self
        }
    }

    /// Begun so many days ago, and not published.
    pub(super) fn draft(self, days: i64) -> Self {
        Self {
            status: Status::Draft,
            days,
            ..self
        }
    }

    /// Deleted so many days ago.
    pub(super) fn deleted(self, days: i64) -> Self {
        Self {
            deleted: Some(days),
            ..self
        }
    }

    /// Its media item is not ready, but this far.
    pub(super) fn media_is(mut self, now: media_item::Status) -> Self {
        if let Shows::Media { status, .. } = &mut self.shows {
            *status = now;
        }
        self
    }

    /// Its media item was deleted.
    pub(super) fn media_deleted(mut self) -> Self {
        if let Shows::Media { deleted, .. } = &mut self.shows {
            *deleted = true;
        }
        self
    }

    /// It shows the media item of the piece with this slug.
    pub(super) fn media_of(self, slug: &'static str) -> Self {
        Self {
            shows: Shows::MediaOf(slug),
            ..self
        }
    }

    /// It has no media item yet.
    pub(super) fn without_media(self) -> Self {
        Self {
            shows: Shows::Nothing,
            ..self
        }
    }
}
