/** Theme colours as VS Code gives them to webviews: the few that the panel and its widgets use, from its default themes. */

type Colours = Readonly<Record<string, string>>;

export interface Theme {
  readonly bodyClass: string;
  readonly colours: Colours;
}

const COMMON: Colours = {
  'font-family': 'system-ui, "Ubuntu", "Droid Sans", sans-serif',
  'font-size': '13px',
  'font-weight': 'normal',
  'editor-font-family': '"Droid Sans Mono", "monospace", monospace',
};

const LIGHT: Colours = {
  ...COMMON,
  foreground: '#3b3b3b',
  descriptionForeground: '#3b3b3bb3',
  focusBorder: '#005fb8',
  'editor-background': '#ffffff',
  'editor-foreground': '#3b3b3b',
  'editorWidget-background': '#f8f8f8',
  'editorWidget-border': '#c8c8c8',
  'sideBar-background': '#f8f8f8',
  'panel-border': '#e5e5e5',
  'widget-shadow': '#00000029',
  'problemsErrorIcon-foreground': '#e51400',
  'problemsWarningIcon-foreground': '#bf8803',
  'textLink-foreground': '#005fb8',
  'textCodeBlock-background': '#f8f8f8',
  'button-background': '#005fb8',
  'button-foreground': '#ffffff',
  'button-hoverBackground': '#0258a8',
  'button-secondaryBackground': '#e5e5e5',
  'button-secondaryForeground': '#3b3b3b',
  'button-secondaryHoverBackground': '#cccccc',
  'input-background': '#ffffff',
  'input-foreground': '#3b3b3b',
  'input-placeholderForeground': '#767676',
  'settings-textInputBorder': '#cecece',
  'settings-dropdownBorder': '#cecece',
  'dropdown-background': '#ffffff',
  'dropdown-border': '#cecece',
  'dropdown-foreground': '#3b3b3b',
  'list-hoverBackground': '#f2f2f2',
  'list-activeSelectionBackground': '#e8e8e8',
  'list-activeSelectionForeground': '#000000',
  'icon-foreground': '#3b3b3b',
  'badge-background': '#cccccc',
  'badge-foreground': '#3b3b3b',
  'progressBar-background': '#005fb8',
  'charts-blue': '#1a85ff',
  'charts-green': '#388a34',
  'charts-orange': '#d18616',
  'charts-purple': '#652d90',
  'charts-red': '#e51400',
  'charts-yellow': '#bf8803',
};

const DARK: Colours = {
  ...LIGHT,
  foreground: '#cccccc',
  descriptionForeground: '#9d9d9d',
  focusBorder: '#0078d4',
  'editor-background': '#1f1f1f',
  'editor-foreground': '#cccccc',
  'editorWidget-background': '#202020',
  'editorWidget-border': '#454545',
  'sideBar-background': '#181818',
  'panel-border': '#2b2b2b',
  'widget-shadow': '#0000005c',
  'problemsErrorIcon-foreground': '#f14c4c',
  'problemsWarningIcon-foreground': '#cca700',
  'textLink-foreground': '#4daafc',
  'textCodeBlock-background': '#2b2b2b',
  'button-background': '#0078d4',
  'button-hoverBackground': '#026ec1',
  'button-secondaryBackground': '#313131',
  'button-secondaryForeground': '#cccccc',
  'button-secondaryHoverBackground': '#3c3c3c',
  'input-background': '#313131',
  'input-foreground': '#cccccc',
  'input-placeholderForeground': '#989898',
  'settings-textInputBorder': '#3c3c3c',
  'settings-dropdownBorder': '#3c3c3c',
  'dropdown-background': '#313131',
  'dropdown-border': '#3c3c3c',
  'dropdown-foreground': '#cccccc',
  'list-hoverBackground': '#2a2d2e',
  'list-activeSelectionBackground': '#04395e',
  'list-activeSelectionForeground': '#ffffff',
  'icon-foreground': '#cccccc',
  'badge-background': '#616161',
  'badge-foreground': '#f8f8f8',
  'charts-blue': '#3794ff',
  'charts-green': '#89d185',
  'charts-orange': '#d18616',
  'charts-purple': '#b180d7',
  'charts-red': '#f14c4c',
  'charts-yellow': '#cca700',
};

const HIGH_CONTRAST: Colours = {
  ...DARK,
  foreground: '#ffffff',
  descriptionForeground: '#ffffffb3',
  focusBorder: '#f38518',
  contrastBorder: '#6fc3df',
  contrastActiveBorder: '#f38518',
  'editor-background': '#000000',
  'editor-foreground': '#ffffff',
  'editorWidget-background': '#0c141f',
  'editorWidget-border': '#6fc3df',
  'sideBar-background': '#000000',
  'panel-border': '#6fc3df',
  'textLink-foreground': '#21a6ff',
  'textCodeBlock-background': '#000000',
  'button-background': '#000000',
  'button-foreground': '#ffffff',
  'button-border': '#6fc3df',
  'button-secondaryBackground': '#000000',
  'button-secondaryForeground': '#ffffff',
  'input-background': '#000000',
  'input-foreground': '#ffffff',
  'settings-textInputBorder': '#6fc3df',
  'settings-dropdownBorder': '#6fc3df',
  'dropdown-background': '#000000',
  'dropdown-border': '#6fc3df',
  'dropdown-foreground': '#ffffff',
  'list-activeSelectionBackground': '#000000',
};

export const THEMES = {
  light: { bodyClass: 'vscode-light', colours: LIGHT },
  dark: { bodyClass: 'vscode-dark', colours: DARK },
  'high-contrast': { bodyClass: 'vscode-high-contrast', colours: HIGH_CONTRAST },
} as const satisfies Record<string, Theme>;

export type ThemeName = keyof typeof THEMES;

/** The declarations that VS Code puts on the root element of a webview. */
export function themeStyle({ colours }: Theme): string {
  return Object.entries(colours)
    .map(([name, value]) => `--vscode-${name}: ${value};`)
    .join(' ');
}
