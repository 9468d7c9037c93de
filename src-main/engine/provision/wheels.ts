import type { EngineVariant } from './installation';

/** A Python wheel of the engine, exactly as published. */
export interface Wheel {
  /** What pip is asked for, such as `tensorflow-cpu==2.21.0`. */
  readonly requirement: string;
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** The parts of an engine for one kind of machine. */
export interface EngineRelease {
  readonly variant: EngineVariant;
  readonly tensorflow: string;
  readonly wheels: readonly Wheel[];
  /** The shared libraries to link against, inside the first wheel, in linking order. */
  readonly libraries: readonly string[];
  /** Bytes on disk, for the check of free space: the wheels and their unpacked files. */
  readonly diskBytes: number;
}

/** The TensorFlow version of every engine of this version of the application. */
export const tensorflowVersion = '2.21.0';

/** Operating system and CPU architecture as Node names them, such as `linux-x64`. */
export type Machine = `${NodeJS.Platform}-${NodeJS.Architecture}`;

const elfLibraries = ['tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2'];

/**
 * The releases, by machine: the first is for CPUs. Names, sizes and SHA-256 sums are those of the
 * downloaded files.
 */
const releases: Readonly<Partial<Record<Machine, readonly EngineRelease[]>>> = {
  'linux-x64': [
    {
      variant: 'cpu',
      tensorflow: tensorflowVersion,
      libraries: elfLibraries,
      diskBytes: 1_130e6,
      wheels: [
        {
          requirement: 'tensorflow-cpu==2.21.0',
          file: 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
          bytes: 273_829_956,
          sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
        },
      ],
    },
    {
      variant: 'cuda',
      tensorflow: tensorflowVersion,
      libraries: elfLibraries,
      diskBytes: 9_400e6,
      wheels: [
        {
          requirement: 'tensorflow==2.21.0',
          file: 'tensorflow-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
          bytes: 572_440_367,
          sha256: '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
        },
        {
          requirement: 'nvidia-cublas-cu12==12.9.3.13',
          file: 'nvidia_cublas_cu12-12.9.3.13-py3-none-manylinux_2_27_x86_64.whl',
          bytes: 581_217_458,
          sha256: 'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72',
        },
        {
          requirement: 'nvidia-cuda-cupti-cu12==12.9.79',
          file: 'nvidia_cuda_cupti_cu12-12.9.79-py3-none-manylinux_2_25_x86_64.whl',
          bytes: 10_814_997,
          sha256: '096bcf334f13e1984ba36685ad4c1d6347db214de03dbb6eebb237b41d9d934f',
        },
        {
          requirement: 'nvidia-cuda-nvcc-cu12==12.9.86',
          file: 'nvidia_cuda_nvcc_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl',
          bytes: 40_546_229,
          sha256: '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0',
        },
        {
          requirement: 'nvidia-cuda-nvrtc-cu12==12.9.86',
          file: 'nvidia_cuda_nvrtc_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl',
          bytes: 89_568_129,
          sha256: '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4',
        },
        {
          requirement: 'nvidia-cuda-runtime-cu12==12.9.79',
          file: 'nvidia_cuda_runtime_cu12-12.9.79-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
          bytes: 3_493_179,
          sha256: '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3',
        },
        {
          requirement: 'nvidia-cudnn-cu12==9.28.0.42',
          file: 'nvidia_cudnn_cu12-9.28.0.42-py3-none-manylinux_2_27_x86_64.whl',
          bytes: 716_538_495,
          sha256: '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375',
        },
        {
          requirement: 'nvidia-cufft-cu12==11.4.1.4',
          file: 'nvidia_cufft_cu12-11.4.1.4-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
          bytes: 200_877_592,
          sha256: 'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28',
        },
        {
          requirement: 'nvidia-curand-cu12==10.3.10.19',
          file: 'nvidia_curand_cu12-10.3.10.19-py3-none-manylinux_2_27_x86_64.whl',
          bytes: 68_295_626,
          sha256: '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e',
        },
        {
          requirement: 'nvidia-cusolver-cu12==11.7.5.82',
          file: 'nvidia_cusolver_cu12-11.7.5.82-py3-none-manylinux_2_27_x86_64.whl',
          bytes: 338_117_415,
          sha256: '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88',
        },
        {
          requirement: 'nvidia-cusparse-cu12==12.5.10.65',
          file: 'nvidia_cusparse_cu12-12.5.10.65-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
          bytes: 366_465_088,
          sha256: '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78',
        },
        {
          requirement: 'nvidia-nccl-cu12==2.32.3',
          file: 'nvidia_nccl_cu12-2.32.3-py3-none-manylinux_2_27_x86_64.whl',
          bytes: 351_526_311,
          sha256: 'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c',
        },
        {
          requirement: 'nvidia-nvjitlink-cu12==12.9.86',
          file: 'nvidia_nvjitlink_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl',
          bytes: 39_748_338,
          sha256: 'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9',
        },
      ],
    },
  ],
  'linux-arm64': [
    {
      variant: 'cpu',
      tensorflow: tensorflowVersion,
      libraries: elfLibraries,
      diskBytes: 1_170e6,
      wheels: [
        {
          requirement: 'tensorflow==2.21.0',
          file: 'tensorflow-2.21.0-cp311-cp311-manylinux_2_27_aarch64.whl',
          bytes: 281_828_020,
          sha256: '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
        },
      ],
    },
  ],
  'darwin-arm64': [
    {
      variant: 'cpu',
      tensorflow: tensorflowVersion,
      libraries: ['tensorflow/libtensorflow_cc.2.dylib', 'tensorflow/libtensorflow_framework.2.dylib'],
      diskBytes: 970e6,
      wheels: [
        {
          requirement: 'tensorflow==2.21.0',
          file: 'tensorflow-2.21.0-cp311-cp311-macosx_12_0_arm64.whl',
          bytes: 223_405_849,
          sha256: '51f46f4806139d01fc7920cc72a4c75876f80649bf40ff083ab6212ceb43ca88',
        },
      ],
    },
  ],
  'win32-x64': [
    {
      variant: 'cpu',
      tensorflow: tensorflowVersion,
      // One library holds all of TensorFlow here; `tensorflow_cc.2.dll` is an empty shell.
      libraries: ['tensorflow/python/_pywrap_tensorflow_common.dll'],
      diskBytes: 1_420e6,
      wheels: [
        {
          requirement: 'tensorflow-cpu==2.21.0',
          file: 'tensorflow_cpu-2.21.0-cp311-cp311-win_amd64.whl',
          bytes: 350_834_051,
          sha256: '6fc992a9c8700e18c178b0525f4e7697e58fce88df0dcb95db4dd3c7ad5f4651',
        },
      ],
    },
  ],
};

/** The release for a machine, or undefined when there is none of that variant. */
export function findRelease(machine: Machine, variant: EngineVariant): EngineRelease | undefined {
  return releases[machine]?.find((release) => release.variant === variant);
}

/** All bytes to download for a release. */
export function downloadBytes({ wheels }: EngineRelease): number {
  return wheels.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** The platform tags of a wheel's file name: they make pip download it whatever Python runs pip. */
export function pipTargets({ file }: Wheel): string[] {
  const [python, abi, platforms] = file
    .replace(/\.whl$/, '')
    .split('-')
    .slice(-3);
  const version = python?.startsWith('cp') === true ? python.slice(2).replace(/^3/, '3.') : '3.11';
  return [
    '--only-binary=:all:',
    '--implementation=cp',
    `--python-version=${version}`,
    `--abi=${abi ?? 'none'}`,
    ...(platforms ?? '').split('.').map((platform) => `--platform=${platform}`),
  ];
}
