// One ONNX model in ONNX Runtime, run on request. The argument is JSON: {"model": FILE, "threads": N, "modules": FOLDER,
// "options": {NAME: VALUE}, "inputs": [{"file", "type", "shape"}]}; "options" are ONNX Runtime's, of a session, and where there is "optimized" the model
// as it is run is written to that file; "modules" is the node_modules folder that packages may come from, inputs in the model's order; they may be left out until the first run. Every answer is a
// line of JSON: first {"version"} when the model is ready, then for every line on stdin {"wall_ms", "processor_ms"} of
// one inference; in place of each {"error"}. A line is JSON too: "inputs" replaces the inputs from then on, and "outputs":
// PREFIX writes the results to PREFIX0, PREFIX1, ... and describes them in the answer: "outputs": [{"name", "file", "type",
// "shape"}]. Ends with its stdin.
'use strict';
const { readFileSync, realpathSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { join, sep } = require('node:path');
const { createInterface } = require('node:readline');

const arrays = {
    float32: Float32Array,
    float64: Float64Array,
    int64: BigInt64Array,
    int32: Int32Array,
    int8: Int8Array,
    uint8: Uint8Array,
    bool: Uint8Array,
};

function answer(object) {
    process.stdout.write(`${JSON.stringify(object)}\n`);
}

function explain(error) {
    return String(error.message ?? error).split('\n')[0];
}

/** The package of `folder`, and nothing of the folders around it. */
function load(folder) {
    const home = realpathSync(folder) + sep;
    const entry = join(home, 'onnxruntime-node', 'package.json');
    const find = createRequire(entry);
    const common = find.resolve('onnxruntime-common');
    if (!common.startsWith(home)) {
        throw new Error(`onnxruntime-common would come from ${common}`);
    }
    return { runtime: find(join(home, 'onnxruntime-node')), version: find(entry).version };
}

function findRuntime(folder) {
    process.env.ORT_DISABLE_TELEMETRY = '1';
    try {
        return load(folder);
    } catch (error) {
        const reason = ['MODULE_NOT_FOUND', 'ENOENT'].includes(error.code) ? 'is not installed' : `cannot be loaded (${explain(error)})`;
        throw new Error(
            `onnxruntime-node ${reason}: npm install onnxruntime-node, and set QS_NODE_MODULES to the node_modules folder`);
    }
}

function readTensor(runtime, { file, type, shape }) {
    const bytes = Uint8Array.from(readFileSync(file));
    return new runtime.Tensor(type, new arrays[type](bytes.buffer), shape);
}

function readInputs(runtime, session, inputs) {
    return Object.fromEntries(session.inputNames.map((name, i) => [name, readTensor(runtime, inputs[i])]));
}

function writeTensor(file, { data, type, dims }) {
    writeFileSync(file, Buffer.from(data.buffer, data.byteOffset, data.byteLength));
    return { file, type, shape: dims };
}

async function open({ model, threads, modules, options, optimized, inputs }) {
    const { runtime, version } = findRuntime(modules);
    const session = await runtime.InferenceSession.create(model, {
        executionProviders: ['cpu'],
        graphOptimizationLevel: 'all',
        ...(optimized && { optimizedModelFilePath: optimized }),
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        logSeverityLevel: 3,
        // Threads that spin on would take the cores from whoever is timed next.
        extra: { session: { force_spinning_stop: '1', ...options } },
    });
    return { runtime, session, feeds: inputs && readInputs(runtime, session, inputs), version };
}

async function infer(opened, { inputs, outputs }) {
    const { runtime, session } = opened;
    if (inputs) {
        opened.feeds = readInputs(runtime, session, inputs);
    }
    const processor = process.cpuUsage();
    const begin = performance.now();
    const results = await session.run(opened.feeds);
    const wall = performance.now() - begin;
    const { user, system } = process.cpuUsage(processor);
    const times = { wall_ms: wall, processor_ms: (user + system) / 1000 };
    if (outputs === undefined) {
        return times;
    }
    const written = session.outputNames.map((name, i) => ({ name, ...writeTensor(`${outputs}${i}`, results[name]) }));
    return { ...times, outputs: written };
}

async function serve() {
    const opened = await open(JSON.parse(process.argv[1]));
    answer({ version: opened.version });
    for await (const line of createInterface({ input: process.stdin })) {
        const done = Promise.resolve(line).then((text) => infer(opened, JSON.parse(text)));
        answer(await done.catch((error) => ({ error: explain(error) })));
    }
}

serve().catch((error) => {
    answer({ error: explain(error) });
    process.exitCode = 1;
});
