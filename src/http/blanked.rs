//! A document without what stands in it literally: texts and numbers can be secrets.

use super::limits::tokens;

/// What stands in place of a text or a number.
const BLANK: &str = "…";

/// The document as it is written, up to about so many bytes, but for its texts, its numbers and its comments.
pub(super) fn blanked(document: &str, most: usize) -> String {
    let mut blanked = String::new();
    let mut rest = document;
    while let Some(first) = rest.chars().next() {
        if blanked.len() >= most {
            blanked.push_str(" ...");
            break;
        }
        let length = tokens::length(rest).unwrap_or(rest.len()).max(first.len_utf8());
        // What is no token's end is no document either.
        let (token, further) = rest.split_at_checked(length).unwrap_or((rest, ""));
        match first {
            '#' => (),
            '"' | '-' | '0'..='9' => blanked.push_str(BLANK),
            _ if first.is_whitespace() => {
                if !blanked.ends_with(' ') {
                    blanked.push(' ');
                }
            }
            _ => blanked.push_str(token),
        }
        rest = further;
    }
    blanked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_and_literals_go() {
        let document = r#"query Find($id: ID = "hunter2") { # hunter2
            a(text: "hunter2\"hunter2", number: -12.5e3, list: [1, 2], flag: true, kind: DESC, id: $id)
            b(block: """hunter2 "hunter2" \"""hunter2""") { c1 }
        }"#;
        let blanked = blanked(document, 1000);
        assert_eq!(
            blanked,
            "query Find($id: ID = …) { a(text: …, number: ….…, list: […, …], flag: true, kind: DESC, id: $id) b(block: …) { c1 } }"
        );
    }

    #[test]
    fn a_long_one_is_cut() {
        let document = format!("{{ {} }}", "field ".repeat(1000));
        let blanked = blanked(&document, 100);
        assert!(blanked.len() < 120 && blanked.ends_with(" ..."), "{blanked}");
    }

    #[test]
    fn a_text_that_does_not_end_goes_as_well() {
        assert_eq!(blanked("{ a(b: \"hunter2", 1000), "{ a(b: …");
        assert_eq!(blanked("{ a # hunter2", 1000), "{ a ");
        assert_eq!(blanked("{ \u{fe0f}\u{e9} }", 1000), "{ \u{fe0f}\u{e9} }");
    }
}
