use formats::Within;
use tempfile::TempDir;

use super::{super::inputs, *};
use crate::inputs::How;

struct Files(TempDir);

impl Files {
    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn keeper(&self, paths: &[PathBuf]) -> Result<Keeper, PublishError> {
        self.keeper_of("d", "t", paths)
    }

    fn keeper_of(&self, dataset: &str, topic: &str, paths: &[PathBuf]) -> Result<Keeper, PublishError> {
        let inputs = inputs::examine(paths, &How::default()).unwrap();
        Keeper::open(&self.0.path().join("position"), dataset, topic, &inputs)
    }
}

const REACHED: Place = Place { input: 1, offset: 7, line: 2, within: Within::Object, events: 3, refused: 1 };

/// Two files, and the position within the second.
fn kept() -> (Files, Vec<PathBuf>) {
    let files = Files(TempDir::new().unwrap());
    let paths = vec![files.write("a.json", "[{}]"), files.write("b.json", "[\n{},{} ]")];
    let mut keeper = files.keeper(&paths).unwrap();
    assert_eq!(keeper.reached(), Place::default());
    keeper.save(REACHED).unwrap();
    (files, paths)
}

fn refused(keeper: Result<Keeper, PublishError>, words: &str) {
    let error = keeper.unwrap_err();
    assert!(error.is_wrong_input() && error.to_string().contains(words), "{error}");
}

#[test]
fn the_same_files_go_on_where_they_were_and_further_ones_may_follow() {
    let (files, mut paths) = kept();
    assert_eq!(files.keeper(&paths).unwrap().reached(), REACHED);
    paths.push(files.write("c.json", "{}"));
    assert_eq!(files.keeper(&paths).unwrap().reached(), REACHED);
    // Nothing else is left in the directory.
    assert_eq!(fs::read_dir(files.0.path()).unwrap().count(), 4);
}

#[test]
fn other_files_do_not() {
    let (files, paths) = kept();
    files.write("b.json", "[\n{},{}]");
    refused(
        files.keeper(&paths),
        "b.json as it was before it changed (9 bytes then, 8 now); to begin anew, delete it",
    );
    files.write("b.json", "[\n{},{}, ");
    refused(files.keeper(&paths), "before it changed (9 bytes then, 9 now)");
    files.write("b.json", "[\n{},{} ]");
    refused(files.keeper(&[paths[1].clone(), paths[0].clone()]), "a.json, where");
    refused(files.keeper(&paths[..1]), "b.json, which is not named now");
    refused(files.keeper_of("e", "t", &paths), "is of the dataset d, not e");
    refused(files.keeper_of("d", "u", &paths), "is of the topic t, not u");
}

#[test]
fn a_file_that_was_written_by_something_else_is_not_touched() {
    let (files, paths) = kept();
    files.write("position", "{\"offset\": 3}");
    refused(files.keeper(&paths), "does not parse");
    let (files, paths) = kept();
    let text = fs::read_to_string(files.0.path().join("position")).unwrap();
    files.write("position", &text.replace("\"format\":2", "\"format\":3"));
    refused(files.keeper(&paths), "has the form 3");
    files.write("position", &text.replace("\"input\":1", "\"input\":3"));
    refused(files.keeper(&paths), "damaged");
}

#[test]
fn a_file_of_the_form_before_is_read_where_it_says_enough() {
    let (files, paths) = kept();
    let text = fs::read_to_string(files.0.path().join("position")).unwrap();
    let before = |in_array: &str| {
        let text = text.replace("\"format\":2", "\"format\":1").replace("\"within\":\"object\"", in_array);
        files.write("position", &text);
        files.keeper(&paths)
    };
    let reached = Place { within: Within::Nothing, ..REACHED };
    assert_eq!(before("\"in_array\":false").unwrap().reached(), reached);
    refused(before("\"in_array\":true"), "stopped within a JSON array");
}

#[test]
fn what_is_read_only_once_has_no_position() {
    let (files, _) = kept();
    refused(files.keeper(&["-".into()]), "can be read only once");
}
