// An Electron without a window: the tests open theirs in it. Without this listener it would end with the window of the first test.
import { app } from 'electron';

app.on('window-all-closed', () => undefined);
