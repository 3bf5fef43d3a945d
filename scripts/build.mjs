// The whole build: addon and JavaScript. Quick when nothing changed; its output goes to stderr.
import './build-native.mjs';
import './build-ts.mjs';
