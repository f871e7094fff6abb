#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

use super::*;

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().mode() & 0o7777
}

fn names(folder: &Path) -> Vec<String> {
    let mut all: Vec<String> =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    all.sort();
    all
}

#[test]
fn files_are_whole_and_nothing_is_left_beside_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.txt");
    write_atomic(&path, b"one", Mode::Private).unwrap();
    write_atomic(&path, b"two", Mode::Private).unwrap();
    can_write(&path).unwrap();
    can_write(&folder.path().join("b.txt")).unwrap();
    assert_eq!((fs::read(&path).unwrap(), names(folder.path())), (b"two".to_vec(), vec!["a.txt".to_owned()]));
    for failing in [folder.path().to_owned(), path.join("below"), folder.path().join("none/a.txt"), "/dev/null".into()]
    {
        for done in [write_atomic(&failing, b"x", Mode::Shared), can_write(&failing)] {
            let said = done.unwrap_err().to_string();
            assert!(said.starts_with(&failing.display().to_string()) && !said.contains(".part"), "{said}");
        }
    }
    assert_eq!(names(folder.path()), ["a.txt"]);
}

#[test]
fn modes_are_chosen_once_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (file, below) = (folder.path().join("a.txt"), folder.path().join("one/two"));
    write_atomic(&file, b"", Mode::Private).unwrap();
    create_folder(&below, Mode::Private).unwrap();
    assert_eq!((mode(&file), mode(&below), mode(below.parent().unwrap())), (0o600, 0o700, 0o700));
    assert_eq!(warning(&[file.clone(), below.clone()]), None);

    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    fs::set_permissions(&below, fs::Permissions::from_mode(0o755)).unwrap();
    for wanted in [Mode::Private, Mode::Shared] {
        write_atomic(&file, b"again", wanted).unwrap();
        create_folder(&below, wanted).unwrap();
        assert_eq!((mode(&file), mode(&below)), (0o640, 0o755));
    }
    let said = warning(&[file.clone(), below.clone(), folder.path().join("none")]).unwrap();
    let (file, below) = (file.display(), below.display());
    assert_eq!(
        said,
        format!(
            "open to other users of this machine: {file} (0640), {below} (0755); to keep them out: chmod 700 {below} && chmod 600 {file}"
        )
    );
}

#[test]
fn what_a_link_points_to_is_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let (victim, link) = (folder.path().join("victim"), folder.path().join("link"));
    let unmade = folder.path().join("unmade");
    fs::write(&victim, "precious").unwrap();
    for target in [&victim, &unmade] {
        let plant = || symlink(target, &link).unwrap();
        plant();
        assert!(Lock::take(&link).unwrap_err().to_string().contains("is a symbolic link"));
        assert!(Lock::try_take(&link).is_err() && !Lock::is_taken(&link));
        create_private(&link).unwrap();
        write_atomic(&link, b"ours", Mode::Shared).unwrap();
        assert!(!is_link(&link) && fs::read(&link).unwrap() == b"ours");
        fs::remove_file(&link).unwrap();
    }
    assert!(fs::read(&victim).unwrap() == b"precious" && !unmade.exists());
}

#[test]
fn one_holds_a_lock_and_nothing_in_it_is_cut() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lock");
    assert!(!Lock::is_taken(&path) && !path.exists());
    fs::write(&path, "somebody's").unwrap();
    let held = Lock::take(&path).unwrap();
    assert!(Lock::is_taken(&path) && Lock::try_take(&path).unwrap().is_none());
    drop(held);
    assert!(!Lock::is_taken(&path) && Lock::try_take(&path).unwrap().is_some());
    assert_eq!(fs::read(&path).unwrap(), b"somebody's");
}
