//! From rows to the gateway's answers. The columns are numbered as the statements in `sql/` list them.

use sqlx::postgres::PgRow;

use crate::{json::Json, row::Columns};

/// How much room a row of a list takes at the most, or nearly so: then the text is never moved.
const ROW: usize = 1_024;

/// `pageInfo` of a list in the order of publication, of which one row more was read than it shows.
fn page_info(json: &mut Json, further: bool, last: Option<(i64, &[u8])>) {
    json.raw(r#""pageInfo":{"hasNextPage":"#)
        .boolean(further)
        .raw(r#","endCursor":"#);
    match last {
        Some((published_at, id)) => json.cursor(published_at, id),
        None => json.raw("null"),
    };
    json.raw("}");
}

/// Writes the comma between two of a list.
fn comma(json: &mut Json, first: bool) {
    if !first {
        json.raw(",");
    }
}

pub fn feed(rows: &[PgRow]) -> String {
    const SIZE: usize = 50;
    let mut json = Json::new(rows.len() * ROW);
    json.raw(r#"{"data":{"contents":{"nodes":["#);
    let mut last = None;
    for (position, row) in rows.iter().take(SIZE).enumerate() {
        let row = Columns(row);
        let id = row.bytes(0).unwrap_or_default();
        comma(&mut json, position == 0);
        json.raw(r#"{"id":"#).id("Content:", id);
        json.raw(r#","title":"#).optional(row.text(1));
        json.raw(r#","slug":"#).optional(row.text(2));
        json.raw(r#","description":"#).optional(row.text(3));
        json.raw(r#","contentType":"#).name(row.text(4).unwrap_or_default());
        json.raw(r#","priceCents":"#).number(row.int(5));
        json.raw(r#","publishedAt":"#).time(row.long(6));
        json.raw(r#","tags":"#).raw(row.json(7).unwrap_or("null"));
        json.raw(r#","creator":{"id":"#)
            .text_id("User:", row.text(8).unwrap_or_default());
        json.raw(r#","name":"#).optional(row.text(9));
        json.raw(r#","image":"#).optional(row.text(10));
        json.raw(r#"},"organization":"#);
        match row.bytes(11) {
            Some(organization) => {
                json.raw(r#"{"id":"#).id("Organization:", organization);
                json.raw(r#","name":"#).optional(row.text(12));
                json.raw(r#","slug":"#).optional(row.text(13));
                json.raw(r#","logoUrl":"#).optional(row.text(14)).raw("}")
            }
            None => json.raw("null"),
        };
        json.raw(r#","mediaItem":"#);
        match row.bytes(15) {
            Some(media_item) => {
                json.raw(r#"{"id":"#).id("MediaItem:", media_item);
                json.raw(r#","title":"#).optional(row.text(16));
                json.raw(r#","mediaType":"#).name(row.text(17).unwrap_or_default());
                json.raw(r#","durationSeconds":"#).number(row.int(18)).raw("}")
            }
            None => json.raw("null"),
        };
        json.raw("}");
        last = row.long(6).map(|published_at| (published_at, id));
    }
    json.raw("],");
    page_info(&mut json, rows.len() > SIZE, last);
    json.raw("}}}");
    json.0
}

pub fn organization_page(rows: &[PgRow]) -> String {
    const SIZE: usize = 10;
    let mut json = Json::new(rows.len() * ROW / 2);
    json.raw(r#"{"data":{"organizations":{"nodes":["#);
    let same = |one: &PgRow, other: &PgRow| Columns(one).bytes(0) == Columns(other).bytes(0);
    for (position, rows) in rows.chunk_by(same).enumerate() {
        let Some(organization) = rows.first().map(Columns) else {
            continue;
        };
        comma(&mut json, position == 0);
        json.raw(r#"{"id":"#)
            .id("Organization:", organization.bytes(0).unwrap_or_default());
        json.raw(r#","name":"#).optional(organization.text(1));
        json.raw(r#","slug":"#).optional(organization.text(2));
        json.raw(r#","contents":{"nodes":["#);
        let mut last = None;
        for (position, row) in rows.iter().take(SIZE).enumerate() {
            let row = Columns(row);
            // An organization without content.
            let Some(id) = row.bytes(3) else { continue };
            comma(&mut json, position == 0);
            json.raw(r#"{"id":"#).id("Content:", id);
            json.raw(r#","title":"#).optional(row.text(4));
            json.raw(r#","creator":{"id":"#)
                .text_id("User:", row.text(6).unwrap_or_default());
            json.raw(r#","name":"#).optional(row.text(7));
            json.raw(r#"},"mediaItem":"#);
            media_item(&mut json, &row, 8);
            json.raw("}");
            last = row.long(5).map(|published_at| (published_at, id));
        }
        json.raw("],");
        page_info(&mut json, rows.len() > SIZE, last);
        json.raw("}}");
    }
    json.raw("]}}}");
    json.0
}

/// `mediaItem { id durationSeconds }`
fn media_item(json: &mut Json, row: &Columns<'_>, at: usize) {
    match row.bytes(at) {
        Some(id) => {
            json.raw(r#"{"id":"#).id("MediaItem:", id);
            json.raw(r#","durationSeconds":"#).number(row.int(at + 1)).raw("}")
        }
        None => json.raw("null"),
    };
}

pub fn content_by_slug(rows: &[PgRow]) -> String {
    let Some(row) = rows.first().map(Columns) else {
        return r#"{"data":{"content":null}}"#.to_owned();
    };
    let mut json = Json::new(4 * ROW);
    json.raw(r#"{"data":{"content":{"id":"#)
        .id("Content:", row.bytes(0).unwrap_or_default());
    json.raw(r#","title":"#).optional(row.text(1));
    json.raw(r#","description":"#).optional(row.text(2));
    json.raw(r#","contentBody":"#).optional(row.text(4));
    json.raw(r#","viewerHasAccess":"#).boolean(row.boolean(3));
    json.raw(r#","viewerCanEdit":false,"creator":{"id":"#)
        .text_id("User:", row.text(5).unwrap_or_default());
    json.raw(r#","name":"#).optional(row.text(6));
    json.raw(r#"},"organization":{"id":"#)
        .id("Organization:", row.bytes(7).unwrap_or_default());
    json.raw(r#","slug":"#).optional(row.text(8));
    json.raw(r#"},"mediaItem":"#);
    media_item(&mut json, &row, 9);
    json.raw("}}}");
    json.0
}

pub fn dashboard(rows: &[PgRow]) -> String {
    let Some((viewer, rows)) = rows.split_first() else {
        return r#"{"data":{"viewer":null}}"#.to_owned();
    };
    let viewer = Columns(viewer);
    let part = |number| {
        rows.iter()
            .map(Columns)
            .filter(move |row| row.int(0) == Some(number))
            .enumerate()
    };
    let mut json = Json::new(rows.len() * ROW / 2 + ROW);
    json.raw(r#"{"data":{"viewer":{"id":"#)
        .text_id("User:", viewer.text(4).unwrap_or_default());
    json.raw(r#","name":"#).optional(viewer.text(5));
    json.raw(r#","email":"#).optional(viewer.text(6));

    json.raw(r#","organizations":{"edges":["#);
    for (position, row) in part(1) {
        comma(&mut json, position == 0);
        json.raw(r#"{"role":"#).name(row.text(4).unwrap_or_default());
        json.raw(r#","node":{"id":"#)
            .id("Organization:", row.bytes(1).unwrap_or_default());
        json.raw(r#","name":"#).optional(row.text(5));
        json.raw(r#","slug":"#).optional(row.text(6)).raw("}}");
    }

    json.raw(r#"]},"contents":{"totalCount":"#)
        .number(viewer.long(10))
        .raw(r#","nodes":["#);
    for (position, row) in part(2) {
        comma(&mut json, position == 0);
        json.raw(r#"{"id":"#).id("Content:", row.bytes(1).unwrap_or_default());
        json.raw(r#","title":"#).optional(row.text(4));
        json.raw(r#","status":"#).name(row.text(5).unwrap_or_default());
        json.raw(r#","organization":"#);
        match row.bytes(2) {
            Some(organization) => {
                json.raw(r#"{"id":"#).id("Organization:", organization);
                json.raw(r#","name":"#).optional(row.text(6)).raw("}")
            }
            None => json.raw("null"),
        };
        json.raw(r#","mediaItem":"#);
        match row.bytes(3) {
            Some(media_item) => {
                json.raw(r#"{"id":"#).id("MediaItem:", media_item);
                json.raw(r#","status":"#).name(row.text(7).unwrap_or_default()).raw("}")
            }
            None => json.raw("null"),
        };
        json.raw("}");
    }

    json.raw(r#"]},"mediaItems":{"totalCount":"#)
        .number(viewer.long(11))
        .raw(r#","nodes":["#);
    for (position, row) in part(3) {
        comma(&mut json, position == 0);
        json.raw(r#"{"id":"#).id("MediaItem:", row.bytes(1).unwrap_or_default());
        json.raw(r#","title":"#).optional(row.text(4));
        json.raw(r#","status":"#).name(row.text(5).unwrap_or_default()).raw("}");
    }

    json.raw(r#"]},"sessions":{"nodes":["#);
    for (position, row) in part(4) {
        comma(&mut json, position == 0);
        json.raw(r#"{"id":"#)
            .text_id("Session:", row.text(4).unwrap_or_default());
        json.raw(r#","createdAt":"#).time(row.long(8));
        json.raw(r#","expiresAt":"#).time(row.long(9));
        json.raw(r#","ipAddress":"#).optional(row.text(5));
        json.raw(r#","userAgent":"#).optional(row.text(6));
        json.raw(r#","current":"#).boolean(row.long(10) == Some(1)).raw("}");
    }
    json.raw("]}}}}");
    json.0
}

pub fn update_content(rows: &[PgRow]) -> String {
    let Some(row) = rows.first().map(Columns) else {
        return r#"{"data":{"updateContent":null}}"#.to_owned();
    };
    let mut json = Json::new(ROW);
    json.raw(r#"{"data":{"updateContent":{"content":{"id":"#)
        .id("Content:", row.bytes(0).unwrap_or_default());
    json.raw(r#","title":"#).optional(row.text(1));
    json.raw(r#","updatedAt":"#)
        .time(row.long(2))
        .raw(r#"},"userErrors":[]}}}"#);
    json.0
}
