# What node-gyp takes for Node's common.gypi: nothing of Node's own build, since the addon needs Node-API alone.
{
  'variables': { 'configuring_node%': 0, 'napi_build_version%': '8' },
  'target_defaults': {
    'default_configuration': 'Release',
    'configurations': { 'Release': {}, 'Debug': {} },
    'conditions': [
      ['OS!="win"', { 'cflags': ['-fPIC', '-pthread'] }],
      ['OS=="mac"', { 'xcode_settings': { 'GCC_SYMBOLS_PRIVATE_EXTERN': 'YES', 'MACOSX_DEPLOYMENT_TARGET': '11.0' }, 'ldflags': ['-undefined dynamic_lookup'] }],
      ['OS=="linux"', { 'ldflags': ['-pthread'] }],
    ],
  },
}
