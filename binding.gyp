# The addon: each kernel is a static library with the flags of its instruction set; nothing else is compiled with them.
{
  'target_defaults': {
    'configurations': {
      'Debug': {'cflags': ['-O1']},
      'Release': {'cflags': ['-O3']},
    },
    'cflags!': ['-fno-omit-frame-pointer'],
    'cflags': ['-Wall', '-Wextra', '-Werror', '-fPIC', '-fvisibility=hidden', '-ffunction-sections',
               '-fstack-protector-strong'],
    'cflags_cc!': ['-std=gnu++17', '-std=gnu++20'],
    'cflags_cc': ['-std=c++20', '-fno-exceptions', '-fno-rtti', '-fvisibility-inlines-hidden'],
    'xcode_settings': {
      'CLANG_CXX_LANGUAGE_STANDARD': 'c++20',
      'GCC_ENABLE_CPP_EXCEPTIONS': 'NO',
      'GCC_ENABLE_CPP_RTTI': 'NO',
      'GCC_SYMBOLS_PRIVATE_EXTERN': 'YES',
      'GCC_OPTIMIZATION_LEVEL': '3',
      'MACOSX_DEPLOYMENT_TARGET': '11.0',
      'WARNING_CFLAGS': ['-Wall', '-Wextra', '-Werror'],
    },
  },
  'targets': [
    {
      'target_name': 'kernel_portable',
      'type': 'static_library',
      'sources': ['native/kernel_portable.cc'],
    },
    {
      'target_name': 'cryptable',
      'dependencies': ['kernel_portable'],
      'defines': ['NAPI_VERSION=8'],
      # Of SQLite's interface for extensions, which is the same in every SQLite.
      'include_dirs': ['node_modules/better-sqlite3/deps/sqlite3'],
      'sources': [
        'native/async_batch.cc',
        'native/batch.cc',
        'native/bind.cc',
        'native/bind_call.cc',
        'native/bind_pages.cc',
        'native/bind_rows.cc',
        'native/cipher.cc',
        'native/cpu.cc',
        'native/envelope.cc',
        'native/kdf.cc',
        'native/kernels.cc',
        'native/overlap.cc',
        'native/page_rows.cc',
        'native/process.cc',
        'native/random.cc',
        'native/secret.cc',
        'native/self_test.cc',
      ],
      'conditions': [
        ['target_arch=="x64"', {'dependencies': ['kernel_aesni', 'kernel_vaes256', 'kernel_vaes512']}],
        ['target_arch=="arm64"', {'dependencies': ['kernel_armv8']}],
        ['OS=="linux"', {
          'ldflags': ['-static-libstdc++', '-static-libgcc', '-Wl,--gc-sections', '-Wl,-z,relro,-z,now',
                      '-Wl,--exclude-libs,ALL'],
        }],
      ],
    },
  ],
  'conditions': [
    ['target_arch=="x64"', {
      'targets': [
        {
          'target_name': 'kernel_aesni',
          'type': 'static_library',
          'cflags': ['-maes', '-mpclmul', '-mssse3', '-msse4.1'],
          'xcode_settings': {'OTHER_CFLAGS': ['-maes', '-mpclmul', '-mssse3', '-msse4.1']},
          'sources': ['native/kernel_aesni.cc'],
        },
        {
          'target_name': 'kernel_vaes256',
          'type': 'static_library',
          'cflags': ['-maes', '-mpclmul', '-mvaes', '-mvpclmulqdq', '-mavx2'],
          'xcode_settings': {'OTHER_CFLAGS': ['-maes', '-mpclmul', '-mvaes', '-mvpclmulqdq', '-mavx2']},
          'sources': ['native/kernel_vaes256.cc'],
        },
        {
          # gcc 12 calls the undefined registers of its own AVX-512 headers uninitialized.
          'target_name': 'kernel_vaes512',
          'type': 'static_library',
          'cflags': ['-Wno-uninitialized', '-Wno-maybe-uninitialized',
                     '-maes', '-mpclmul', '-mvaes', '-mvpclmulqdq', '-mavx512f', '-mavx512bw', '-mavx512vl',
                     '-mavx512dq', '-mavx512vbmi', '-mbmi2', '-mprefer-vector-width=512'],
          'xcode_settings': {
            'OTHER_CFLAGS': ['-maes', '-mpclmul', '-mvaes', '-mvpclmulqdq', '-mavx512f', '-mavx512bw',
                             '-mavx512vl', '-mavx512dq', '-mavx512vbmi', '-mbmi2'],
          },
          'sources': ['native/kernel_vaes512.cc'],
        },
      ],
    }],
    ['target_arch=="arm64"', {
      'targets': [
        {
          'target_name': 'kernel_armv8',
          'type': 'static_library',
          'cflags': ['-march=armv8-a+crypto'],
          'xcode_settings': {'OTHER_CFLAGS': ['-march=armv8-a+crypto']},
          'sources': ['native/kernel_armv8.cc'],
        },
      ],
    }],
  ],
}
