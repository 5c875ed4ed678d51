type Template = {
  id?: string;
  label?: string;
  role?: string;
  type?: string;
  accelerator?: string;
  enabled?: boolean;
  click?: (item: object, window: undefined, event: object) => void;
  submenu?: Template[];
};

/** The roles Electron knows on every platform; one it does not know throws, there as here. */
const ROLES = (
  'about services hide hideOthers unhide quit close minimize help front zoom window ' +
  'appMenu fileMenu editMenu viewMenu windowMenu undo redo cut copy paste selectAll delete ' +
  'reload toggleDevTools resetZoom zoomIn zoomOut togglefullscreen'
).split(' ');

class MenuItem {
  readonly id: string | undefined;
  readonly label: string;
  readonly role: string | undefined;
  readonly type: string;
  readonly accelerator: string | undefined;
  readonly enabled: boolean;
  readonly submenu: Menu | undefined;
  readonly #click: Template['click'];

  constructor(template: Template) {
    const { id, label = '', role, type, accelerator, enabled = true, click, submenu } = template;
    if (role !== undefined && !ROLES.includes(role)) throw new Error(`Unknown menu role: ${role}`);
    this.id = id;
    this.label = label;
    this.role = role;
    this.type = type ?? (submenu === undefined ? 'normal' : 'submenu');
    this.accelerator = accelerator;
    this.enabled = enabled;
    this.submenu = submenu === undefined ? undefined : Menu.buildFromTemplate(submenu);
    this.#click = click;
  }

  click(): void {
    this.#click?.(this, undefined, {});
  }
}

let applicationMenu: Menu | null = null;

/** Has items that tests click; nothing is drawn, and accelerators are not heard. */
export class Menu {
  readonly items: MenuItem[];

  private constructor(items: MenuItem[]) {
    this.items = items;
  }

  static buildFromTemplate(template: Template[]): Menu {
    return new Menu(template.map((item) => new MenuItem(item)));
  }

  static setApplicationMenu(menu: Menu | null): void {
    applicationMenu = menu;
  }

  static getApplicationMenu(): Menu | null {
    return applicationMenu;
  }

  getMenuItemById(id: string): MenuItem | null {
    for (const item of this.items) {
      const found = item.id === id ? item : item.submenu?.getMenuItemById(id);
      if (found !== undefined && found !== null) return found;
    }
    return null;
  }
}
