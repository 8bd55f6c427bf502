use super::*;
use domain::access::actor::SessionActor;
use domain::account::avatar::{AvatarSize, DrawnAvatar};
use domain::outage::Dependency;
use domain::port::avatars::MockAvatars;
use domain::port::objects::MockObjects;
use domain::port::pictures::MockPictures;
use mockall::Sequence;
use test_support::{FixedClock, SequentialIds, a_user, actor};
use uuid::Uuid;

fn an_actor() -> SessionActor {
    actor().build().by_session().unwrap()
}

fn id(number: u128) -> AvatarId {
    AvatarId::new(Uuid::from_u128(number))
}

fn pictures() -> MockPictures {
    let mut pictures = MockPictures::new();
    pictures.expect_draw_avatar().returning(|_| {
        Ok(DrawnAvatar {
            large: vec![2],
            small: vec![1],
        })
    });
    pictures
}

fn changed(replaced: Option<AvatarId>) -> AvatarChanged {
    AvatarChanged {
        account: UserWithRoles {
            user: a_user(),
            roles: Vec::new(),
        },
        replaced,
    }
}

fn pages(avatars: MockAvatars, objects: MockObjects, pictures: MockPictures) -> AvatarPages {
    AvatarPages {
        avatars: Arc::new(avatars),
        objects: Arc::new(objects),
        pictures: Arc::new(pictures),
        ids: Arc::new(SequentialIds::default()),
        clock: Arc::new(FixedClock::default()),
    }
}

fn away() -> Outage {
    Outage::unavailable(Dependency::Storage, "away")
}

#[tokio::test]
async fn the_objects_are_there_before_the_account_names_them_and_the_old_ones_go_after() {
    let (mut avatars, mut objects) = (MockAvatars::new(), MockObjects::new());
    let mut order = Sequence::new();
    for size in AvatarSize::ALL {
        let put = objects.expect_put();
        put.withf(move |key, _| key.size == size).times(1);
        put.in_sequence(&mut order).returning(|_, _| Ok(()));
    }
    let change = avatars.expect_change();
    change.withf(|change| change.avatar.is_some()).times(1);
    change
        .in_sequence(&mut order)
        .returning(|_| Ok(changed(Some(id(99)))));
    let remove = objects.expect_remove();
    remove.withf(|key| key.avatar == id(99)).times(2);
    remove.in_sequence(&mut order).returning(|_| Ok(()));
    let pages = pages(avatars, objects, pictures());
    pages.upload(&an_actor(), vec![0]).await.unwrap();
}

#[tokio::test]
async fn an_account_never_names_an_object_that_is_not_there() {
    let (mut avatars, mut objects) = (MockAvatars::new(), MockObjects::new());
    avatars.expect_change().never();
    objects.expect_put().returning(|key, _| {
        if key.size == AvatarSize::Large {
            Ok(())
        } else {
            Err(away())
        }
    });
    let pages = pages(avatars, objects, pictures());
    let refused = pages.upload(&an_actor(), vec![0]).await;
    assert!(matches!(refused, Err(AvatarError::Outage(_))));
}

#[tokio::test]
async fn what_is_no_picture_is_not_stored() {
    let (avatars, mut objects) = (MockAvatars::new(), MockObjects::new());
    objects.expect_put().never();
    let mut pictures = MockPictures::new();
    pictures
        .expect_draw_avatar()
        .returning(|_| Err(StoreError::Conflict(UnfitPicture::TooLarge)));
    let pages = pages(avatars, objects, pictures);
    let refused = pages.upload(&an_actor(), vec![0]).await;
    let is_told = matches!(refused, Err(AvatarError::Unfit(UnfitPicture::TooLarge)));
    assert!(is_told);
}

#[tokio::test]
async fn an_old_picture_that_cannot_be_removed_does_not_stand_in_the_way() {
    let (mut avatars, mut objects) = (MockAvatars::new(), MockObjects::new());
    avatars
        .expect_change()
        .returning(|_| Ok(changed(Some(id(99)))));
    objects.expect_remove().returning(|_| Err(away()));
    let pages = pages(avatars, objects, pictures());
    pages.remove(&an_actor()).await.unwrap();
}

#[tokio::test]
async fn only_what_nobody_has_and_is_older_than_an_upload_is_cleared_away() {
    let (mut avatars, mut objects) = (MockAvatars::new(), MockObjects::new());
    let limit = FixedClock::default().now() - UPLOAD_TIME;
    objects
        .expect_list_written_before()
        .once()
        .withf(move |before| *before == limit)
        .returning(|_| Ok(vec![id(1), id(2)]));
    avatars
        .expect_list_unused()
        .returning(|found| Ok(found.iter().copied().filter(|one| *one == id(2)).collect()));
    let remove = objects.expect_remove();
    remove.withf(|key| key.avatar == id(2)).times(2);
    remove.returning(|_| Ok(()));
    let clear = ClearAvatars {
        avatars: Arc::new(avatars),
        objects: Arc::new(objects),
        clock: Arc::new(FixedClock::default()),
    };
    assert_eq!(clear.run().await.unwrap(), 1);
}
