// What the pointer is on, beside it.

import { sameItem } from "./format.js";
import { showSelection } from "./panels.js";

export class Tooltip {
  constructor(root, data) {
    this.root = root;
    this.data = data;
    this.item = null;
  }

  show(item, event) {
    if (!item) {
      this.hide();
      return;
    }
    if (!sameItem(this.item, item)) {
      this.item = item;
      showSelection(this.root, this.data, item);
      this.root.hidden = false;
    }
    const { offsetWidth, offsetHeight } = this.root;
    const x = event.clientX + 16;
    const y = event.clientY + 16;
    this.root.style.left = `${x + offsetWidth > innerWidth ? event.clientX - offsetWidth - 12 : x}px`;
    this.root.style.top = `${y + offsetHeight > innerHeight ? event.clientY - offsetHeight - 12 : y}px`;
  }

  hide() {
    this.item = null;
    this.root.hidden = true;
  }
}
