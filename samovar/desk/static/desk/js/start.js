// What the page adds on which a conversation is begun.
import "conversations/menu-choice";
import "conversations/recipient-chips";
import "desk/matter-keeper";
