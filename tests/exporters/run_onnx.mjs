// Runs exported ONNX models in ONNX Runtime (npm package onnxruntime-node).
//
//     node run_onnx.mjs NODE_MODULES [--as-on-arm] MODEL OUTPUTS INPUT... [-- MODEL OUTPUTS INPUT...]...
//
// An INPUT is FILE:TYPE:SHAPE ("x.bin:float32:4,3,32,32"). Output i goes to OUTPUTS.i, its TYPE:SHAPE to
// OUTPUTS.i.shape; the graph as ONNX Runtime fused it is written to MODEL.optimized.
// --as-on-arm fuses int8 activations as ONNX Runtime does on ARM processors. What fails is said, and leaves no outputs. Exit code 77: the package is not in NODE_MODULES.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const [nodeModules, ...words] = process.argv.slice(2);
const asOnArm = words[0] === '--as-on-arm';
if (asOnArm) {
    words.shift();
}

process.env.ORT_DISABLE_TELEMETRY = '1';
let runtime;
try {
    runtime = createRequire(resolve(nodeModules, 'index.js'))('onnxruntime-node');
} catch (error) {
    console.log(`onnxruntime-node is not in ${nodeModules}: ${error.message.split('\n')[0]}`);
    process.exit(77);
}

const arrays = {
    float32: Float32Array, float64: Float64Array, int64: BigInt64Array, int32: Int32Array, int16: Int16Array,
    int8: Int8Array, uint8: Uint8Array, bool: Uint8Array,
};

function read(text) {
    const [, file, type, shape] = text.match(/^(.*):(\w+):([\d,]*)$/);
    const bytes = new Uint8Array(readFileSync(file));
    return new runtime.Tensor(type, new arrays[type](bytes.buffer), shape.split(',').filter(Boolean).map(Number));
}

async function run(model, target, ...inputs) {
    const session = await runtime.InferenceSession.create(model, {
        executionProviders: ['cpu'],
        graphOptimizationLevel: 'extended',
        optimizedModelFilePath: model + '.optimized',
        logSeverityLevel: 3,
        ...(asOnArm && { extra: { session: { qdqisint8allowed: '1' } } }),
    });
    const feeds = Object.fromEntries(session.inputNames.map((name, i) => [name, read(inputs[i])]));
    const results = await session.run(feeds);
    session.outputNames.forEach((name, i) => {
        const { data, dims, type } = results[name];
        writeFileSync(`${target}.${i}`, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
        writeFileSync(`${target}.${i}.shape`, `${type}:${dims.join(',')}`);
    });
}

for (let begin = 0; begin < words.length; ) {
    const found = words.indexOf('--', begin);
    const end = found < 0 ? words.length : found;
    try {
        await run(...words.slice(begin, end));
    } catch (error) {
        console.log(`${words[begin]}: ${error.message}`);
    }
    begin = end + 1;
}
