//! Keys are injective, and two planted bugs' are not.

use proptest::prelude::*;

use super::*;

#[test]
fn names_with_separators_do_not_collide() {
    let ask = |client, session| Request {
        id: RequestId { client, number: 7 },
        session: SessionId(session),
        operation: Operation::Send,
    };
    // Client 1 is `ann`, client 2 is `ann:s1`; session 3 is `s1:s1`.
    let [one, other] = [ask(1, 3), ask(2, 1)];
    assert_ne!(Key::of(&one, Variant::Reference), Key::of(&other, Variant::Reference));
    assert_eq!(Key::of(&one, Variant::UnescapedJoin), Key::of(&other, Variant::UnescapedJoin));
}

#[test]
fn the_same_request_has_the_same_key_and_another_read_another() {
    let read = |client, number| request(client, number, Operation::GetState);
    let key = |request| Key::of(&request, Variant::Reference);
    assert_eq!(key(read(1, 1)), key(read(1, 1)));
    assert_ne!(key(read(1, 1)), key(read(1, 2)));
    assert_ne!(key(read(1, 1)), key(read(2, 1)));
    assert_eq!(Key::of(&read(1, 1), Variant::StaticKey), Key::of(&read(2, 5), Variant::StaticKey));
}

proptest! {
    /// Parts made of little else than separators and the byte that escapes them.
    #[test]
    fn other_parts_have_another_key(
        one in prop::collection::vec("[:\\\\.a]{0,4}", 3),
        other in prop::collection::vec("[:\\\\.a]{0,4}", 3),
    ) {
        prop_assert_eq!(Key::joined(&one) == Key::joined(&other), one == other);
    }
}
