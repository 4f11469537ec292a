use crate::process::{run, said};

#[test]
fn the_demo_answers_and_leaves_nothing_behind() {
    let temporary = tempfile::TempDir::new().unwrap();
    let mut command = crate::process::tributary(&["demo"]);
    let output = command.env("TMPDIR", temporary.path()).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    for words in ["Javier Peña", "publish", "compact", "register", "query", "The answer is the expected one."]
    {
        assert!(text.contains(words), "{text}");
    }
    assert_eq!(std::fs::read_dir(temporary.path()).unwrap().count(), 0);
}

#[test]
fn it_does_not_take_what_it_does_not_know() {
    assert_eq!(run(&["demo", "--fast"]).status.code(), Some(2));
}
