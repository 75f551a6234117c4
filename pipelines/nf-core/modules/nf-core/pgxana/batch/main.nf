process PGXANA_BATCH {
    tag "${meta.id}"
    label 'process_medium'

    // To be published: these images are made from the bioconda package, which does not exist yet.
    conda "${moduleDir}/environment.yml"
    container "${workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container
        ? 'https://depot.galaxyproject.org/singularity/pgx-ana:0.1.0--pyhdfd78af_0'
        : 'quay.io/biocontainers/pgx-ana:0.1.0--pyhdfd78af_0'}"

    input:
    tuple val(meta), path(vcfs), path(indices), path(manifest)

    output:
    tuple val(meta), path("${prefix}"), emit: results
    tuple val(meta), path("${prefix}/status.tsv"), emit: status
    tuple val(meta), path("${prefix}/quality.tsv"), emit: quality
    tuple val("${task.process}"), val('pgx-ana'), eval("pgx-ana --version | sed 's/^pgx-ana //;s/,.*//'"), topic: versions, emit: versions_pgxana

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    // Channels have no order of their own, and the order of a manifest is that of the results.
    def files = manifest ? "cat ${manifest}" : "printf '%s\\n' ${vcfs} | LC_ALL=C sort"
    // Exit code 6: some files are refused and the others annotated; the status says which and why.
    """
    ${files} | pgx-ana batch all - \\
        ${args} \\
        --jobs ${task.cpus} \\
        --output ${prefix} \\
        || { code=\$?; [ \$code -eq 6 ] || exit \$code; }
    """

    stub:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    echo ${args}

    mkdir -p ${prefix}/parts/annotations
    touch ${prefix}/parts/annotations/part-00001.tsv
    touch ${prefix}/status.tsv
    touch ${prefix}/quality.tsv
    """
}
