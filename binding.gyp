# The same addon as CMakeLists.txt builds, for machines without CMake. The lists come from native/sources.json. gyp knows no
# flags for a single file, so every instruction set is a static library of its own.
{
  'variables': {
    'manifest': 'node scripts/support/manifest.mjs',
  },
  'target_defaults': {
    'include_dirs': ['native'],
    'conditions': [
      ['OS=="win"', {
        'msvs_settings': { 'VCCLCompilerTool': { 'ExceptionHandling': 1, 'AdditionalOptions': ['/std:c++17', '/fp:contract'] } },
      }, {
        'cflags_cc': ['-std=gnu++17', '-Wall', '-Wextra', '<!@(<(manifest) flags)'],
        'xcode_settings': {
          'CLANG_CXX_LANGUAGE_STANDARD': 'gnu++17',
          'OTHER_CPLUSPLUSFLAGS': ['-std=gnu++17', '-Wall', '-Wextra', '<!@(<(manifest) flags)'],
        },
      }],
    ],
  },
  'targets': [
    {
      'target_name': 'kernels_scalar',
      'type': 'static_library',
      'sources': ['<!@(<(manifest) sources kernels)'],
      'defines': ['SEQNN_ISA=scalar', 'SEQNN_VEC_BYTES=<!(<(manifest) isaBytes <(target_arch) scalar)'],
    },
    {
      'target_name': 'core',
      'type': 'static_library',
      'sources': ['<!@(<(manifest) sources core)'],
      'dependencies': ['kernels_scalar'],
      'defines': ['SEQNN_HAS_scalar=1'],
      'conditions': [
        # MSVC has no vector types: scalar only.
        ['target_arch=="x64" and OS!="win"', {
          'dependencies': ['kernels_avx2', 'kernels_avx512'],
          'defines': ['SEQNN_HAS_avx2=1', 'SEQNN_HAS_avx512=1'],
        }],
        ['target_arch=="arm64" and OS!="win"', { 'dependencies': ['kernels_neon'], 'defines': ['SEQNN_HAS_neon=1'] }],
      ],
    },
    {
      'target_name': 'seqnn',
      'sources': ['<!@(<(manifest) sources binding)'],
      'include_dirs': ['<!(node -p "require(\'node-addon-api\').include_dir")'],
      'defines': ['NAPI_VERSION=8', 'NODE_ADDON_API_DISABLE_DEPRECATED', 'NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS'],
      'dependencies': ['core'],
      'conditions': [
        ['OS=="linux"', {
          'ldflags': ['-Wl,--version-script=<(module_root_dir)/native/binding/exports.map', '-static-libstdc++', '-static-libgcc', '-Wl,-s'],
        }],
      ],
    },
  ],
  'conditions': [
    ['target_arch=="x64" and OS!="win"', {
      'targets': [
        {
          'target_name': 'kernels_avx2',
          'type': 'static_library',
          'sources': ['<!@(<(manifest) sources kernels)'],
          'defines': ['SEQNN_ISA=avx2', 'SEQNN_VEC_BYTES=<!(<(manifest) isaBytes x64 avx2)'],
          'cflags_cc': ['<!@(<(manifest) isaFlags x64 avx2)'],
          'xcode_settings': { 'OTHER_CPLUSPLUSFLAGS': ['<!@(<(manifest) isaFlags x64 avx2)'] },
        },
        {
          'target_name': 'kernels_avx512',
          'type': 'static_library',
          'sources': ['<!@(<(manifest) sources kernels)'],
          'defines': ['SEQNN_ISA=avx512', 'SEQNN_VEC_BYTES=<!(<(manifest) isaBytes x64 avx512)'],
          'cflags_cc': ['<!@(<(manifest) isaFlags x64 avx512)'],
          'xcode_settings': { 'OTHER_CPLUSPLUSFLAGS': ['<!@(<(manifest) isaFlags x64 avx512)'] },
        },
      ],
    }],
    ['target_arch=="arm64" and OS!="win"', {
      'targets': [
        {
          'target_name': 'kernels_neon',
          'type': 'static_library',
          'sources': ['<!@(<(manifest) sources kernels)'],
          'defines': ['SEQNN_ISA=neon', 'SEQNN_VEC_BYTES=<!(<(manifest) isaBytes arm64 neon)'],
        },
      ],
    }],
  ],
}
