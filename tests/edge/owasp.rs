//! The table in `OWASP.md` names tests that there are.

/// The sources, each with the module that it is.
fn sources() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests");
    let mut sources = Vec::new();
    let mut folders = vec![(std::path::PathBuf::from(folder), String::new())];
    while let Some((folder, module)) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap();
            let own = match (module.as_str(), name) {
                (_, "mod") => module.clone(),
                ("", _) => name.to_owned(),
                _ => format!("{module}::{name}"),
            };
            if path.is_dir() {
                folders.push((path, own));
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                sources.push((own, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    sources
}

#[test]
fn every_test_in_the_table_is_there() {
    let sources = sources();
    let is_there = |test: &str| {
        let (module, name) = test.rsplit_once("::").unwrap_or((test, ""));
        let is_module = sources.iter().any(|(own, _)| own == test);
        let mut texts = sources.iter().filter(|(own, _)| own == module).map(|(_, text)| text);
        is_module || texts.any(|text| text.contains(&format!("fn {name}(")))
    };
    let mut named = 0;
    for row in include_str!("OWASP.md").lines().filter(|line| line.starts_with('|')) {
        let shown_by = row.trim_end_matches(" |").rsplit("| ").next().unwrap();
        for test in shown_by.split('`').skip(1).step_by(2) {
            assert!(is_there(test), "there is no test {test}");
            named += 1;
        }
    }
    assert!(named > 30, "only {named}");
    assert!(!is_there("edge::limits::nothing_of_the_kind"));
}
